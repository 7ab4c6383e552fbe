/// Joins the nodes: it stores, numbers and hands on messages, and knows the members of every room.
///
/// It promises six things, each in a protocol of its own. A node gets a whole broker, and gives each of its parts only
/// the protocol that it needs. One contract suite (`BrokerContract` in the tests) has clauses for each of them, and
/// every implementation must pass all.
///
/// Holders and subscribers share nothing with each other, whether they are on one node or on several.
package protocol Broker: MessageLog, PresenceRegistry, SessionStore, RulingStore, BudgetLedger, BrokerControl {}

/// Receives events from a broker: one for each shard.
package protocol BrokerSubscriber: AnyObject, Sendable {
    /// Takes events, in order; must return at once, and may be called from any thread, one call at a time for a room.
    func receive(_ events: [BrokerEvent])
}
