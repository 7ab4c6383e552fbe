public import ChatCore
internal import ChatSystem

/// Commands may be given at any time.
///
/// Without a connection they wait for one, except ``typing(_:active:)``, which is lost then.
///
/// A command that waits for its answer throws ``ClientError``: `refused` with the server's answer, `closed` or
/// `disconnected` when there will be no answer, `overflow` when too many commands wait or when four times
/// ``Configuration/eventCapacity`` events wait for the program, `cancelled` when the waiting task was cancelled.
extension ChatClient {
    /// Joins a room, and stays in it over reconnects.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - start: The client's start in the room's log: with the next message, with the last ones, or after one that it
    ///     has. Later the client keeps its own position.
    /// - Returns: The room as the client found it.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func join(_ room: RoomName, from start: JoinStart = .live) async throws(ClientError) -> JoinedRoom {
        let answer = self.begin { $0.join(room, start, now: .now) }
        return JoinedRoom(try await answer.read { fields throws(JSONError) in try fields.joined() })
    }

    /// Joins a room as ``join(_:from:)`` does, but returns at once: the result comes as an event.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - start: The client's start in the room's log.
    public func enter(_ room: RoomName, from start: JoinStart = .live) {
        _ = self.begin { $0.join(room, start, now: .now) }
    }

    /// Whether the client is in a room, or on its way there.
    ///
    /// When the server refuses a room for good, or removes the client, this is false before anything that waited in the
    /// room fails; the event `refused` or `removed` says why.
    ///
    /// - Parameter room: The room.
    /// - Returns: False after ``leave(_:)``, too.
    public func isIn(_ room: RoomName) -> Bool { self.machine.rooms[room] != nil }

    /// Leaves a room; sends that wait there fail with `not_joined`.
    ///
    /// - Parameter room: The room; for a room that is not joined, nothing happens.
    /// - Throws: ``ClientError``.
    public func leave(_ room: RoomName) async throws(ClientError) {
        _ = try await self.begin { $0.leave(room, now: .now) }.outcome()
    }

    /// Reads messages of a room's past; the room need not be joined.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number before which they stand; nil: the newest.
    ///   - limit: The most messages to get, at most `limits.history` of the welcome; nil: as many as the server gives.
    /// - Returns: The messages, oldest first.
    /// - Throws: ``ClientError``.
    public func history(
        _ room: RoomName,
        before seq: Int? = nil,
        limit: Int? = nil
    ) async throws(ClientError) -> HistoryPage {
        let command = Command.history(.init(room: room, before: seq, limit: limit))
        return try await self.ask(command).read { fields throws(JSONError) in try fields.history() }
    }

    /// Reads the members of a room.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - cursor: The cursor of an earlier page; nil begins.
    /// - Returns: Some members; the last ones when it has no cursor.
    /// - Throws: ``ClientError``.
    public func members(_ room: RoomName, cursor: String? = nil) async throws(ClientError) -> MemberPage {
        let command = Command.members(.init(room: room, cursor: cursor))
        return try await self.ask(command).read { fields throws(JSONError) in try fields.members() }
    }

    /// Takes another name, on all connections of the user.
    ///
    /// - Parameter name: The name.
    /// - Returns: The user with the name that the server accepted.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func rename(_ name: UserName) async throws(ClientError) -> User {
        try await self.ask(.rename(.init(name: name))).read { fields throws(JSONError) in try fields.renamed() }
    }

    /// Asks the server for the time.
    ///
    /// - Returns: The server's clock, in milliseconds since the Unix epoch.
    /// - Throws: ``ClientError``.
    public func ping() async throws(ClientError) -> Int {
        try await self.ask(.ping(.init())).read { fields throws(JSONError) in try fields.time() }
    }

    /// Tells a joined room that the user is typing or has stopped; it is lost when there is no connection.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - active: Whether the user types. Repeat it every 3 s; others forget it after 6 s.
    public func typing(_ room: RoomName, active: Bool) {
        self.performAtOnce(self.machine.typing(room, active: active))
    }
}

// MARK: - Moderating

/// What moderators ask for, with a token that allows `moderate` in the room; others get `forbidden`.
///
/// Each throws ``ClientError``, as the commands above do.
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
