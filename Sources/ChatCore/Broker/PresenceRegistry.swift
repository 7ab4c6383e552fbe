/// Who is in which room, over all nodes.
///
/// The caller is a *holder*: a shard of one incarnation of a node. Its members stay for as long as it renews its lease.
/// What it promises: a user is a member once, through however many holders; each change of a room's members has the
/// next version, and is told on the room's channel; whoever vanishes with its node has left within the time of a lease.
package protocol PresenceRegistry: AnyObject, Sendable {
    /// Makes a user a member of a room on behalf of a holder, until it leaves or the holder's lease ends.
    ///
    /// A user is a member once, through however many holders; `joined` is published when the first one enters.
    ///
    /// - Returns: The version of the room's members after that.
    @discardableResult
    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int

    /// Takes back what ``enter(_:_:holder:)`` did; `left` is published when no other holder has the user in the room.
    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError)

    /// Renews the lease of a holder: its members stay for as long as it does this, three times in the time of a lease.
    ///
    /// - Parameter holder: The holder.
    /// - Returns: Whether its members are there still.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState

    /// Makes what a holder has in some rooms exactly what is said here: who is missing enters, who is too many leaves.
    ///
    /// For whoever cannot know what the broker has: it may have lost some of it, or not have been there to be told.
    ///
    /// - Parameters:
    ///   - holder: Whose members they are.
    ///   - parts: What it has, each a whole room or a part of one.
    /// - Returns: One result for each part, in their order.
    func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>]

    /// Lets the lease of a holder end soon, because it goes away for good.
    ///
    /// Members who are in a room through no other holder by then have left; the other nodes see to it.
    ///
    /// - Parameters:
    ///   - holder: The holder.
    ///   - delay: After how long its lease ends.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError)

    /// A room's members, by id.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - cursor: What an earlier page gave; nil begins.
    ///   - limit: The most members to give.
    ///   - told: The newest version that somebody was told. A broker that has lost it goes past it: whoever goes by
    ///     versions would take what comes below it for old news.
    /// - Returns: The members, and where to go on.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage

    /// Gives a member another name in a room; `renamed` is published unless the name is the same already.
    func rename(_ user: User, in room: RoomName) async throws(BrokerError)

    /// Tells a room's members that a user types or has stopped; it may be lost.
    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async
}

extension PresenceRegistry {
    /// A room's members, for one who was told nothing of them.
    package func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        try await self.members(room, cursor: cursor, limit: limit, told: 0)
    }
}
