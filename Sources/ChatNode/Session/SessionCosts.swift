import ChatCore

/// What the `hello` of a client may cost: a new session, or a new name in all rooms of its user.
struct SessionCosts {
    let costs: CostGuard
    let address: AddressBlock?

    /// Counts a new session.
    ///
    /// - Throws: ``BrokerError`` when its address has too many: the client is told to come back later.
    func takeNew() throws(BrokerError) {
        guard let error = self.costs.sessions.take(self.address, now: .now) else { return }
        throw BrokerError(.overloaded, error.message, retryMilliseconds: error.retryMilliseconds)
    }

    /// Counts a new name; without the right to one, a user comes back under the old name.
    func mayRename(_ user: UserID) -> Bool { self.costs.takeRename(user, self.address, now: .now) == nil }
}
