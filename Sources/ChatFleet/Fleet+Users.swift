package import ChatCore

// What belongs to users: sessions are at two servers, accounts at one that is in reach.

// MARK: SessionStore

extension Fleet {
    /// The servers that keep a session, the one that tells of its new names first.
    private func keepers(of hash: String) -> ArraySlice<Int> { self.order.order(of: hash).prefix(2) }

    package func session(_ hash: String) async throws(BrokerError) -> User? {
        try await self.find(hash) { broker throws(BrokerError) in try await broker.session(hash) }
    }

    package func user(ofSession hash: String) async throws(BrokerError) -> User? {
        try await self.find(hash) { broker throws(BrokerError) in try await broker.user(ofSession: hash) }
    }

    /// Looks a session up at its keepers, and then at all others, where an earlier list of servers may have put it.
    ///
    /// - Throws: ``BrokerError`` when a keeper is out of reach, and nobody else has it: its user must not become
    ///   somebody else meanwhile.
    private func find(
        _ hash: String,
        _ ask: @escaping @Sendable (any Broker) async throws(BrokerError) -> User?
    ) async throws(BrokerError) -> User? {
        let keepers = self.keepers(of: hash)
        let answers = await self.ask(keepers) { _, broker throws(BrokerError) in try await ask(broker) }
        let found = answers.compactMap { try? $0.get() }
        if let user = found.first {
            for (keeper, answer) in zip(keepers, answers) where answer == .success(nil) {
                try? await self.servers[keeper].broker.saveSession(hash, user, isGuest: false)
            }
            return user
        }
        let others = self.servers.indices.filter { !keepers.contains($0) }
        let elsewhere = await self.ask(others) { _, broker throws(BrokerError) in try await ask(broker) }
        if let user = elsewhere.lazy.compactMap({ try? $0.get() }).first {
            for keeper in keepers { try? await self.servers[keeper].broker.saveSession(hash, user, isGuest: false) }
            return user
        }
        for answer in answers { _ = try answer.get() }
        return nil
    }

    package func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        try await self.write(self.keepers(of: hash)) { broker throws(BrokerError) in
            try await broker.saveSession(hash, user, isGuest: isGuest)
        }
    }

    package func hold(_ hash: String) {
        for keeper in self.keepers(of: hash) { self.servers[keeper].broker.hold(hash) }
    }

    package func release(_ hash: String) {
        for keeper in self.keepers(of: hash) { self.servers[keeper].broker.release(hash) }
    }

    /// The first keeper in reach tells every node; the other one only stores the name.
    package func rename(_ user: User, session hash: String) async throws(BrokerError) {
        let keepers = self.keepers(of: hash)
        var failure = BrokerError.isAway
        for keeper in keepers {
            let renamed = await self.ask([keeper]) { _, broker throws(BrokerError) in
                try await broker.rename(user, session: hash)
            }
            if case .failure(let error)? = renamed.first {
                failure = error
                continue
            }
            let others = keepers.filter { $0 != keeper }
            _ = await self.ask(others) { _, broker throws(BrokerError) in
                try await broker.saveSession(hash, user, isGuest: false)
            }
            return
        }
        throw failure
    }

    /// Writes to some servers; one that does it is enough.
    private func write(
        _ places: ArraySlice<Int>,
        _ write: @escaping @Sendable (any Broker) async throws(BrokerError) -> Void
    ) async throws(BrokerError) {
        let answers = await self.ask(places) { _, broker throws(BrokerError) in try await write(broker) }
        if answers.allSatisfy({ (try? $0.get()) == nil }) { try answers[0].get() }
    }
}

// MARK: BudgetLedger

extension Fleet {
    /// An account whose server is away begins anew at the next one of its order: a burst too many, and no end of limits.
    package func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] {
        let orders = spendings.map { self.order.order(of: $0.account) }
        var left = [Int?](repeating: nil, count: spendings.count)
        var failure: BrokerError?
        for rank in self.servers.indices {
            let groups = Dictionary(grouping: spendings.indices.filter { left[$0] == nil }) { orders[$0][rank] }
            let places = groups.keys.sorted()
            let answers = await self.ask(places) { place, broker throws(BrokerError) in
                try await broker.settle(groups[place, default: []].map { spendings[$0] })
            }
            for (place, answer) in zip(places, answers) {
                switch answer {
                case .success(let tokens):
                    for (index, count) in zip(groups[place, default: []], tokens) { left[index] = count }
                // Where it may have been done, the account pays twice, as it would if the node reported it again.
                case .failure(let error): failure = error
                }
            }
            if !left.contains(nil) { break }
        }
        let settled = left.compactMap(\.self)
        guard settled.count == spendings.count else { throw failure ?? .isAway }
        return settled
    }
}
