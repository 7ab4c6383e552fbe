public import ChatCore

/// What moderators ask for, with a token that allows `moderate` in the room; others get `forbidden`.
///
/// Each throws ``ClientError``, as the commands of ``ChatClient`` do.
extension ChatClient {
    /// Removes a user from a room, who may come back.
    public func kick(_ user: UserID, from room: RoomName, reason: String = "") async throws(ClientError) {
        let reason = try Self.reason(reason)
        try await self.moderate(.kick(.init(room: room, user: user, reason: reason)))
    }

    /// Keeps a user out of a room, for some seconds or until ``unban(_:in:)``.
    public func ban(
        _ user: UserID,
        from room: RoomName,
        seconds: Int? = nil,
        reason: String = ""
    ) async throws(ClientError) {
        let reason = try Self.reason(reason)
        try await self.moderate(.ban(.init(room: room, user: user, seconds: seconds, reason: reason)))
    }

    /// Lets a banned user in again.
    public func unban(_ user: UserID, in room: RoomName) async throws(ClientError) {
        try await self.moderate(.unban(.init(room: room, user: user)))
    }

    /// Lets a user say nothing in a room, for some seconds or until ``unmute(_:in:)``.
    public func mute(
        _ user: UserID,
        in room: RoomName,
        seconds: Int? = nil,
        reason: String = ""
    ) async throws(ClientError) {
        let reason = try Self.reason(reason)
        try await self.moderate(.mute(.init(room: room, user: user, seconds: seconds, reason: reason)))
    }

    /// Lets a muted user speak again.
    public func unmute(_ user: UserID, in room: RoomName) async throws(ClientError) {
        try await self.moderate(.unmute(.init(room: room, user: user)))
    }

    /// Takes the text of a message away, for good and for everybody.
    ///
    /// - Parameters:
    ///   - seq: The number of the message.
    ///   - room: The room.
    ///   - epoch: The log in which it has this number, so that no message of a later one is meant; nil: the present one.
    ///   - reason: The reason, for other moderators.
    /// - Returns: The place of the entry that tells of it; of a message that was deleted before (`isDuplicate`), its own.
    /// - Throws: ``ClientError``; `refused` with `not_found` when the log does not have the message.
    @discardableResult
    public func delete(
        _ seq: Int,
        in room: RoomName,
        epoch: Epoch? = nil,
        reason: String = ""
    ) async throws(ClientError) -> Receipt {
        let reason = try Self.reason(reason)
        let command = Command.delete(.init(room: room, seq: seq, epoch: epoch, reason: reason))
        return try await self.ask(command).read { fields throws(JSONError) in try fields.receipt() }
    }

    /// Removes every message of a room.
    public func clear(_ room: RoomName, reason: String = "") async throws(ClientError) {
        let reason = try Self.reason(reason)
        try await self.moderate(.clear(.init(room: room, reason: reason)))
    }

    /// Lets nobody be in a room, for some seconds or until ``reopen(_:)``.
    public func shut(_ room: RoomName, seconds: Int? = nil, reason: String = "") async throws(ClientError) {
        let reason = try Self.reason(reason)
        try await self.moderate(.close(.init(room: room, seconds: seconds, reason: reason)))
    }

    /// Lets people into a closed room again.
    public func reopen(_ room: RoomName) async throws(ClientError) {
        try await self.moderate(.open(.init(room: room)))
    }

    /// Lets each member say one thing in some seconds; 0 ends that.
    public func slow(_ room: RoomName, seconds: Int) async throws(ClientError) {
        try await self.moderate(.slow(.init(room: room, seconds: seconds)))
    }

    private static func reason(_ text: String) throws(ClientError) -> Reason {
        do throws(ProtocolError) { return try Reason(text) } catch { throw .refused(error) }
    }

    private func moderate(_ command: Command) async throws(ClientError) {
        _ = try await self.ask(command).outcome()
    }
}
