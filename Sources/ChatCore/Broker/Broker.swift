/// What joins the nodes: it stores, numbers and hands on what is published, and knows who is where.
///
/// Every message goes through it and comes back from it, also one between two clients of the same node: there is one
/// way. One contract suite (`BrokerContract` in the tests) holds every implementation to what is promised here.
///
/// Who calls is a *holder*: a shard, with a ``BrokerSubscriber`` that events are handed to. Holders share nothing with
/// each other, whether they are on one node or on several.
package protocol Broker: AnyObject, Sendable {
    // MARK: Messages

    /// Stores, numbers and publishes messages, each atomically and in the order given.
    ///
    /// - A result with a receipt means that the message is in its room's log, under that position.
    /// - A message whose sender used its key before in this room and de-duplication window is not stored again, also when
    ///   the log got another epoch since and kept it; the receipt is the first one's, with `isDuplicate` set and the epoch
    ///   that the log has now.
    /// - Numbers may go on after a log lost its end and nobody was there to see it; ``LogPage/proves(_:)`` then tells
    ///   positions that were lost from those that were not, by their times.
    /// - Batches handed over one after the other by one caller are stored in that order.
    /// - An error says by its code whether the message was stored; where that is unknown (``BrokerError/Outcome/unknown``),
    ///   the same key finds out, and never stores it twice.
    /// - It waits a bounded time and holds a bounded number of messages.
    ///
    /// - Parameter drafts: The messages.
    /// - Returns: One result for each message, in their order.
    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>]

    /// Begins to hand a room's events to a subscriber.
    ///
    /// From the moment of the head that is returned, the subscriber receives every message after it exactly once and in
    /// order of `seq`, or in place of what it cannot have ``RoomEvent/gap(epoch:from:to:)``: a broker repairs its own
    /// losses. When the log began anew it receives ``RoomEvent/reset(head:)`` and then every message that the new log
    /// keeps. Events at or below the head may come as well, and events may come before this call returns: a subscriber
    /// goes by positions.
    ///
    /// - Parameters:
    ///   - room: The room; subscribing again is harmless and gives the head anew.
    ///   - subscriber: Where its events go.
    /// - Returns: The head of the room's log, with the time that proves it.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func subscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async throws(BrokerError) -> LogPosition

    /// Ends what ``subscribe(_:_:)`` began; events under way may still come.
    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async

    /// Reads messages that follow a position, oldest first.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The position's number; 0 reads from the beginning.
    ///   - limit: The most messages to give; fewer come when they have more than ``LogPage/maximumBytes``.
    /// - Returns: The messages, and what the log keeps.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage

    /// Reads messages that precede a position, oldest first.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number before which they stand; nil or one above the head: the newest.
    ///   - limit: The most messages to give; fewer come when they have more than ``LogPage/maximumBytes``.
    /// - Returns: The messages, and what the log keeps.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage

    /// Rooms that have members or a log, by name.
    ///
    /// - Parameters:
    ///   - cursor: The name after which to go on; nil begins.
    ///   - limit: The most rooms to give.
    /// - Returns: The rooms, and where to go on.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage

    // MARK: Presence

    /// Makes a user a member of a room on behalf of a holder, until it leaves or the holder's lease ends.
    ///
    /// A user is a member once, through however many holders; `joined` is published when the first one enters.
    ///
    /// - Returns: The version of the room's members after that.
    @discardableResult
    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int

    /// Takes back what ``enter(_:_:holder:)`` did; `left` is published when no other holder has the user in the room.
    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError)

    /// Lets the lease of a holder begin anew: its members stay for as long as it does this, three times in the time of a
    /// lease.
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
    /// Whoever is in a room through no other holder by then has left; the other nodes see to it.
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

    /// Tells a room's members that a user types or has stopped; it may be lost.
    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async

    // MARK: Sessions

    /// Looks a session up, and lets its time begin anew: from now on it is kept as long as any.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    /// - Returns: The user, or nil when no such session is known.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func session(_ hash: String) async throws(BrokerError) -> User?

    /// Tells whose a session is, which is no use of it: its time goes on as it did.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    /// - Returns: The user, or nil when no such session is known.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func user(ofSession hash: String) async throws(BrokerError) -> User?

    /// Stores a new session.
    ///
    /// - Parameters:
    ///   - hash: ``SessionSecret/hash``.
    ///   - user: Whom it brings back.
    ///   - isGuest: Whether nobody would miss it: it is forgotten after some hours, unless it is looked up or renamed.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError)

    /// Gives a user another name: in the session, and by ``BrokerEvent/renamed(_:)`` at every subscriber of every node.
    func rename(_ user: User, session hash: String) async throws(BrokerError)

    /// Gives a member another name in a room; `renamed` is published unless the name is the same already.
    func rename(_ user: User, in room: RoomName) async throws(BrokerError)

    // MARK: Service

    /// Adds a subscriber for what concerns a whole node: ``BrokerEvent/status(_:detail:)``, ``BrokerEvent/renamed(_:)``.
    func attach(_ subscriber: any BrokerSubscriber)

    /// Proves that the broker can publish and receive, by a round trip.
    ///
    /// - Throws: ``BrokerError`` with the reason why not.
    func probe() async throws(BrokerError)

    /// Works until the task is cancelled.
    func run() async throws
}

extension Broker {
    /// A room's members, for one who was told nothing of them.
    package func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        try await self.members(room, cursor: cursor, limit: limit, told: 0)
    }
}

/// Where a broker hands events to: one for each shard.
package protocol BrokerSubscriber: AnyObject, Sendable {
    /// Takes events, in order; must return at once, and may be called from any thread, one call at a time for a room.
    func receive(_ events: [BrokerEvent])
}
