/// What joins the nodes: it stores, numbers and hands on what is published, and knows who is where.
///
/// It promises four things, each in a protocol of its own. A node is given a broker whole, and gives each of its parts
/// the promise that it needs. One contract suite (`BrokerContract` in the tests) has clauses for each of them, and
/// holds every implementation to all.
///
/// Holders and subscribers share nothing with each other, whether they are on one node or on several.
package protocol Broker: MessageLog, PresenceRegistry, SessionStore, BrokerControl {}

/// Where a broker hands events to: one for each shard.
package protocol BrokerSubscriber: AnyObject, Sendable {
    /// Takes events, in order; must return at once, and may be called from any thread, one call at a time for a room.
    func receive(_ events: [BrokerEvent])
}
