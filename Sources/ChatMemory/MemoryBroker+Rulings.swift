package import ChatCore

// The promises are on ``RulingStore``. Changes are told under the lock, like messages, so that every subscriber sees
// them in the same order.
extension MemoryBroker {
    package func put(_ ruling: Ruling) async throws(BrokerError) {
        try self.changeRulings { rulings, now throws(BrokerError) in
            // The one from which it follows may have been lifted meanwhile.
            if let source = ruling.source, !rulings.has(source) { return nil }
            guard rulings.put(ruling, now: now) else { throw .tooManyRulings }
            return .put(ruling, rulings.version)
        }
    }

    package func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? {
        guard let lifted = try self.liftOne(id) else { return nil }
        for follower in self.rulingList.rulings where follower.source == id { _ = try self.liftOne(follower.id) }
        return lifted
    }

    private func liftOne(_ id: RulingID) throws(BrokerError) -> Ruling? {
        var lifted: Ruling?
        try self.changeRulings { rulings, now throws(BrokerError) in
            lifted = rulings.lift(id, now: now)
            return lifted == nil ? nil : .lifted(id, rulings.version)
        }
        return lifted
    }

    package func rulings(known: RulingList?) async throws(BrokerError) -> RulingList { self.rulingList }

    package func record(_ entry: AuditEntry) async throws(BrokerError) { self.note(entry) }

    package func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        self.audited(before: cursor, limit: limit)
    }
}

extension BrokerError {
    fileprivate static let tooManyRulings = BrokerError(
        .rulingsFull,
        "there are \(Rulings.maximum) rulings, which is the most that are kept: lift some, or ban a network"
    )
}
