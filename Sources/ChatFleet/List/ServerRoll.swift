package import ChatCore

/// The lists of servers that one server of a fleet knows: it refuses what belongs to other servers by them.
///
/// A list holds when every server of it has been told. From the moment when a server is told of a list, it refuses the
/// rooms that leave it; until the list holds, it refuses those that come to it. So no room is ever at two servers, whatever
/// the nodes believe. Which lists came after each other is not forgotten: a log that was elsewhere in between begins anew.
package protocol ServerRoll: AnyObject, Sendable {
    /// What the server knows now, compared with the node's list.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func roll() async throws(BrokerError) -> RollState

    /// Tells the server of the node's list, unless it was told before.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func raise() async throws(BrokerError) -> RollState

    /// Tells the server that all others know the node's list, too; done only while that is the newest one there, and no
    /// node is there that knows of no list.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach.
    func settle() async throws(BrokerError) -> RollState
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

    package init(newest: [String] = [], held: [String] = [], isOutdated: Bool = false, hasLoners: Bool = false) {
        (self.newest, self.held) = (newest, held)
        (self.isOutdated, self.hasLoners) = (isOutdated, hasLoners)
    }
}
