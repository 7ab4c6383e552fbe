import ChatCore

/// What the `hello` of a client may ask for: a new session, or a new name in all rooms of its user.
struct SessionCosts {
    let costs: CostGuard
    let rulings: RulingDesk
    let address: AddressBlock?

    /// Counts a new session.
    ///
    /// - Throws: ``BrokerError`` when its address has too many: the client is told to come back later.
    func takeNew() throws(BrokerError) {
        guard let error = self.costs.sessions.take(self.address, now: .now) else { return }
        throw BrokerError(.overloaded, error.message, retryMilliseconds: error.retryMilliseconds)
    }

    /// The name of a new user: the wanted one, or that of a guest.
    func name(_ wanted: UserName?, of user: UserID) -> UserName {
        guard let wanted, self.rulings.refusal(of: wanted, for: user) == nil else { return .guest(user) }
        return wanted
    }

    /// The name of a user that comes back: the wanted one, if that is free and there were not too many new names, which
    /// is counted; else the one it had, unless that was reserved for somebody else meanwhile.
    func name(_ wanted: UserName?, of user: User) -> UserName {
        if let wanted, wanted != user.name, self.rulings.refusal(of: wanted, for: user.id) == nil,
            self.costs.takeRename(user.id, self.address, now: .now) == nil
        {
            return wanted
        }
        return self.rulings.shown(user).name
    }
}
