package import ChatCore

// What concerns the fleet as a whole.

// MARK: RulingStore

extension Fleet {
    package func put(_ ruling: Ruling) async throws(BrokerError) { try await self.copies.put(ruling) }

    package func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? { try await self.copies.lift(id) }

    package func rulings(known: RulingList?) async throws(BrokerError) -> RulingList {
        try await self.copies.list(known: known)
    }

    package func record(_ entry: AuditEntry) async throws(BrokerError) { try await self.copies.record(entry) }

    package func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        try await self.copies.audit(before: cursor, limit: limit)
    }
}

// MARK: BrokerControl

extension Fleet {
    /// The most pages that are read of each server for one page: rooms that have moved away leave entries behind.
    private static let mostPages = 8

    /// The rooms of a server that is away are not listed.
    package func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        var page = RoomPage(rooms: [], cursor: cursor)
        for _ in 0..<Self.mostPages {
            let next = try await self.page(after: page.cursor, limit: limit - page.rooms.count)
            page = RoomPage(rooms: page.rooms + next.rooms, cursor: next.cursor)
            if page.cursor == nil || page.rooms.count >= limit { break }
        }
        return page
    }

    private func page(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        let answers = await self.ask(self.servers.indices) { _, broker throws(BrokerError) in
            try await broker.rooms(after: cursor, limit: limit)
        }
        if answers.allSatisfy({ (try? $0.get()) == nil }) { _ = try answers[0].get() }
        var pages = RoomPages(limit: limit)
        for (place, answer) in answers.enumerated() {
            if let page = try? answer.get() { pages.add(page) { self.home(of: $0) == place } }
        }
        return pages.merged
    }

    package func attach(_ subscriber: any BrokerSubscriber) { self.news.attach(subscriber) }

    /// A node that can serve some rooms is ready: of the others it tells their members.
    package func probe() async throws(BrokerError) {
        let answers = await self.ask(self.servers.indices) { _, broker throws(BrokerError) in try await broker.probe() }
        // The first one says why.
        if answers.allSatisfy({ (try? $0.get()) == nil }) { try await self.servers[0].broker.probe() }
        if let refusal = self.watch.openness { throw refusal }
    }

    package func counts() async -> BrokerCounts {
        var sum = BrokerCounts()
        for server in self.servers { sum.add(await server.broker.counts()) }
        return sum
    }
}
