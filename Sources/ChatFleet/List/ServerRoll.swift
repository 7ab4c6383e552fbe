package import ChatCore

/// The lists of servers that one server of a fleet knows: it refuses what belongs to other servers by them.
///
/// A list holds when every server of it has been told. From the moment when a server is told of a list, it refuses the
/// rooms that leave it; until the list holds, it refuses those that come to it. So no room is ever at two servers, whatever
/// the nodes believe. Which lists came after each other is not forgotten: a log that was elsewhere in between begins anew.
///
/// A server that a newer list leaves out is not among those whom that list's nodes know. The nodes that still have the older one
/// tell it, and say so to the others; until then the newer list does not hold, for as long as such a node may need to hear
/// of it.
package protocol ServerRoll: AnyObject, Sendable {
    /// What the server knows now, compared with the node's list.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func roll() async throws(BrokerError) -> RollState

    /// Tells the server of the node's list, unless it was told before.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func raise() async throws(BrokerError) -> RollState

    /// Tells the server that a newer list follows the node's, and that it is not in it; done only while the node's list is the
    /// newest one there.
    ///
    /// - Parameter list: The names of the newer list.
    /// - Returns: What it knows then.
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func follow(_ list: [String]) async throws(BrokerError) -> RollState

    /// Tells the server that another one, which its newest list leaves out, has been told of that.
    ///
    /// - Parameters:
    ///   - server: The name of the one that leaves.
    ///   - list: The names of the newest list; nothing is done where another one is newer.
    /// - Returns: What it knows then.
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func left(_ server: String, by list: [String]) async throws(BrokerError) -> RollState

    /// Tells the server that all others know the node's list, too; done only while that is the newest one there, and no
    /// node is there that knows of no list.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func settle() async throws(BrokerError) -> RollState

    /// Calls this whenever the server's lists have changed.
    func watch(_ changed: @escaping @Sendable () -> Void)
}

/// The lists that a server knows.
package struct RollState: Equatable, Sendable {
    /// The servers of the newest list, by name; none if it knows no list.
    package var newest: [String]
    /// The servers of the last list that held, by name; none if none has.
    package var held: [String]
    /// Whether the node's list came before the newest one.
    package var isOutdated: Bool
    /// Whether nodes use the server that know of no list: they would not be refused.
    package var hasLoners: Bool
    /// Whether the newest list waits for a server that it leaves out: nodes with an older list may use that.
    package var awaitsLeavers: Bool

    package init(
        newest: [String] = [],
        held: [String] = [],
        isOutdated: Bool = false,
        hasLoners: Bool = false,
        awaitsLeavers: Bool = false
    ) {
        (self.newest, self.held) = (newest, held)
        (self.isOutdated, self.hasLoners, self.awaitsLeavers) = (isOutdated, hasLoners, awaitsLeavers)
    }
}
