/// The members of rooms, over all nodes.
///
/// The caller is a *holder*: a shard of one incarnation of a node. Its members stay for as long as it renews its lease.
/// It promises: a user is a member once, through however many holders; each change of a room's members has the next
/// version, and is published on the room's channel; a user that disappears with its node has left within the time of a
/// lease.
package protocol PresenceRegistry: AnyObject, Sendable {
    /// Makes a user a member of a room on behalf of a holder, until it leaves or the holder's lease ends.
    ///
    /// A user is a member once, through however many holders; `joined` is published when the first one enters.
    ///
    /// - Returns: The version of the room's members after that.
    @discardableResult
    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int

    /// Undoes ``enter(_:_:holder:)``; `left` is published when no other holder has the user in the room.
    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError)

    /// Renews the lease of a holder: its members stay for as long as it calls this, three times in the time of a lease.
    ///
    /// - Parameter holder: The holder.
    /// - Returns: Whether its members are still there.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState

    /// Replaces a holder's members in some rooms by exactly these: missing ones enter, others leave.
    ///
    /// It is for a caller that cannot know the broker's records: the broker may have lost some, or was away for some
    /// changes.
    ///
    /// - Parameters:
    ///   - holder: The holder of the members.
    ///   - parts: Its members, each part a whole room or a part of one.
    /// - Returns: One result for each part, in their order.
    func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>]

    /// Lets the lease of a holder end soon, because it goes away for good.
    ///
    /// Members that are in a room through no other holder by then have left; the other nodes make sure of it.
    ///
    /// - Parameters:
    ///   - holder: The holder.
    ///   - delay: The time after which its lease ends.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError)

    /// A room's members, by id.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - cursor: The cursor of an earlier page; nil begins.
    ///   - limit: The most members to give.
    ///   - told: The newest version that clients were told. A broker that has lost it goes past it: clients would
    ///     ignore changes with lower versions as old.
    /// - Returns: The members, and the cursor of the next page.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage

    /// Gives a member another name in a room; `renamed` is published unless the name is the same already.
    func rename(_ user: User, in room: RoomName) async throws(BrokerError)

    /// Tells a room's members that a user is typing or has stopped; it may be lost.
    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async
}

extension PresenceRegistry {
    /// A room's members, for a caller without a version.
    package func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        try await self.members(room, cursor: cursor, limit: limit, told: 0)
    }
}
