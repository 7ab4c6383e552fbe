package import ChatCore

// What belongs to one room: its server does it.

// MARK: MessageLog

extension Fleet {
    package func lane(of room: RoomName) -> Int { self.home(of: room) }

    package func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        var (results, batches): ([Result<Receipt, BrokerError>?], [Int: [Int]]) = (
            Array(repeating: nil, count: drafts.count), [:]
        )
        for (index, draft) in drafts.enumerated() {
            let home = self.home(of: draft.room)
            if let refusal = self.watch.refusal(draft.room, at: home) {
                results[index] = .failure(refusal)
            } else {
                batches[home, default: []].append(index)
            }
        }
        // Mostly all are of one server, because a node hands over each lane by itself.
        if batches.count == 1, let (home, indices) = batches.first, indices.count == drafts.count {
            return await self.servers[home].broker.publish(drafts)
        }
        let homes = batches.keys.sorted()
        let answers = await self.ask(homes) { [batches] home, broker throws(BrokerError) in
            await broker.publish(batches[home, default: []].map { drafts[$0] })
        }
        for (home, answer) in zip(homes, answers) {
            guard case .success(let stored) = answer else { continue }
            for (index, result) in zip(batches[home, default: []], stored) { results[index] = result }
        }
        return results.map { $0 ?? .failure(.isAway) }
    }

    package func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? {
        try await self.server(of: deletion.room).delete(deletion)
    }

    package func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        try await self.server(of: room).subscribe(room, subscriber)
    }

    package func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.servers[self.home(of: room)].broker.unsubscribe(room, subscriber)
    }

    package func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.server(of: room).log(room, after: seq, limit: limit)
    }

    package func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.server(of: room).log(room, before: seq, limit: limit)
    }

    package func clear(_ room: RoomName) async throws(BrokerError) { try await self.server(of: room).clear(room) }
}

// MARK: PresenceRegistry

extension Fleet {
    @discardableResult
    package func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        try await self.server(of: room).enter(room, user, holder: holder)
    }

    package func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        // Also from a room that has moved away.
        try await self.servers[self.home(of: room)].broker.leave(room, user, holder: holder)
    }

    /// A lease is held where a server says so; the others are told when they are back, and say then if they have given
    /// the holder up.
    package func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        let answers = await self.ask(self.servers.indices) { _, broker throws(BrokerError) in
            try await broker.renew(holder)
        }
        let states = answers.compactMap { try? $0.get() }
        guard !states.isEmpty else { return try answers[0].get() }
        return states.contains(.lost) ? .lost : .held
    }

    package func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        var (results, batches): ([Result<HeldPart.Answer, BrokerError>?], [Int: [Int]]) = (
            Array(repeating: nil, count: parts.count), [:]
        )
        for (index, part) in parts.enumerated() {
            let home = self.home(of: part.room)
            if let refusal = self.watch.refusal(part.room, at: home) {
                results[index] = .failure(refusal)
            } else {
                batches[home, default: []].append(index)
            }
        }
        let homes = batches.keys.sorted()
        let answers = await self.ask(homes) { [batches] home, broker throws(BrokerError) in
            await broker.restore(holder, batches[home, default: []].map { parts[$0] })
        }
        for (home, answer) in zip(homes, answers) {
            guard case .success(let restored) = answer else { continue }
            for (index, result) in zip(batches[home, default: []], restored) { results[index] = result }
        }
        return results.map { $0 ?? .failure(.isAway) }
    }

    /// A server that is away lets the lease end in its own time.
    package func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        let answers = await self.ask(self.servers.indices) { _, broker throws(BrokerError) in
            try await broker.release(holder, after: delay)
        }
        if answers.allSatisfy({ (try? $0.get()) == nil }) { try answers[0].get() }
    }

    package func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        try await self.server(of: room).members(room, cursor: cursor, limit: limit, told: told)
    }

    package func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        try await self.server(of: room).rename(user, in: room)
    }

    package func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        let home = self.home(of: room)
        guard self.watch.refusal(room, at: home) == nil else { return }
        await self.servers[home].broker.signalTyping(room, user, active: active)
    }
}
