import ChatCore

/// What a client can have by its `hello`: a new session, and a name.
struct SessionTerms {
    let costs: CostGuard
    let rulings: RulingDesk
    let address: AddressBlock?

    /// A user's name, and why it is not another one.
    struct Name {
        var name: UserName
        var refusal: ProtocolError?
    }

    /// Counts a new session.
    ///
    /// - Throws: ``BrokerError`` when its address has too many: the client is told to come back later.
    func takeNew() throws(BrokerError) {
        guard let error = self.costs.sessions.take(self.address, now: .now) else { return }
        throw BrokerError(.overloaded, error.message, retryMilliseconds: error.retryMilliseconds)
    }

    /// The name of a new user: the wanted one, or that of a guest.
    func name(_ wanted: UserName?, of id: UserID) -> Name {
        let refusal = wanted.flatMap { self.rulings.refusal(of: $0, for: id) }
        return Name(name: refusal == nil ? wanted ?? .guest(id) : .guest(id), refusal: refusal)
    }

    /// The name of a user that comes back: the wanted one, if that is free and there were not too many new names, which
    /// is counted; else the one it had, unless that was reserved for somebody else meanwhile.
    func name(_ wanted: UserName?, of user: User) -> Name {
        let wanted = wanted == user.name ? nil : wanted
        let refusal = wanted.flatMap { self.rulings.refusal(of: $0, for: user.id) }
        if let wanted, refusal == nil, self.costs.renames.take(user.id, self.address, now: .now) == nil {
            return Name(name: wanted, refusal: nil)
        }
        let shown = self.rulings.shown(user).name
        return Name(name: shown, refusal: shown == user.name ? refusal : .nameReserved)
    }
}
