package import ChatCore
internal import Synchronization

/// The embedded broker: one process, nothing to install, and nothing survives a restart, unless its owner keeps the
/// rulings.
///
/// One lock guards everything. It is held for a microsecond for each message, never while something waits. Events are
/// handed on under it, which gives a room the same order on every loop.
package final class MemoryBroker: Broker {
    /// The most rooms, and the most sessions, that are checked while messages wait.
    static let forgottenAtOnce = 500

    fileprivate struct State {
        var rooms: MemoryRooms
        var sessions = MemorySessions()
        var rulings: MemoryRulings
        var budgets = MemoryBudgets()
        var subscribers: [any BrokerSubscriber] = []
    }

    package let kind = "memory"
    package let answersAtOnce = true

    private let state: Mutex<State>
    private let limits: LogLimits
    private let now: @Sendable () -> Int
    private let keepRulings: @Sendable ([Ruling]) throws(BrokerError) -> Void

    /// Makes an empty broker.
    ///
    /// - Parameters:
    ///   - limits: The limits of what it keeps.
    ///   - rulings: The rulings that an earlier run kept.
    ///   - keepRulings: Keeps all rulings for the next run, before a change of them is confirmed.
    ///   - now: The time, in milliseconds since the Unix epoch.
    package init(
        limits: LogLimits,
        rulings: [Ruling] = [],
        keepRulings: @escaping @Sendable ([Ruling]) throws(BrokerError) -> Void = { _ throws(BrokerError) in },
        now: @escaping @Sendable () -> Int
    ) {
        self.limits = limits
        self.now = now
        self.keepRulings = keepRulings
        self.state = Mutex(State(rooms: MemoryRooms(limits: limits), rulings: MemoryRulings(rulings)))
    }

    // MARK: Messages

    package func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        let now = self.now()
        return self.state.withLock { state in
            var batch = Batch()
            let results = drafts.map { draft -> Result<Receipt, BrokerError> in
                guard state.rooms.make(draft.room) else { return .failure(.tooManyRooms) }
                let receipt = state.rooms.update(draft.room, now: now) { room in
                    let (receipt, new) = room.log.append(draft, now: now, limits: self.limits)
                    if let new { batch.add(.room(draft.room, .publication(new)), to: room.subscribers) }
                    return receipt
                }
                return receipt.map { .success($0) } ?? .failure(.tooManyRooms)
            }
            batch.deliver()
            return results
        }
    }

    package func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? {
        let now = self.now()
        return self.state.withLock { state in
            var batch = Batch()
            let receipt = state.rooms.update(deletion.room, now: now) { room -> Receipt? in
                guard let (receipt, new) = room.log.delete(deletion, now: now, limits: self.limits) else { return nil }
                if let new { batch.add(.room(deletion.room, .publication(new)), to: room.subscribers) }
                return receipt
            }
            batch.deliver()
            return receipt ?? nil
        }
    }

    package func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        let now = self.now()
        let head = self.state.withLock { state -> LogPosition? in
            guard state.rooms.make(room) else { return nil }
            return state.rooms.update(room, now: now) {
                if !$0.subscribers.contains(where: { $0 === subscriber }) { $0.subscribers.append(subscriber) }
                return $0.log.head
            }
        }
        guard let head else { throw .tooManyRooms }
        return head
    }

    package func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        let now = self.now()
        self.state.withLock { state in
            _ = state.rooms.update(room, now: now) { $0.subscribers.removeAll { $0 === subscriber } }
        }
    }

    package func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        self.withLog(room) { $0.page(after: seq, limit: limit) }
    }

    package func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        self.withLog(room) { $0.page(before: seq, limit: limit) }
    }

    private func withLog(_ room: RoomName, _ read: (MemoryLog) -> LogPage) -> LogPage {
        let now = self.now()
        return self.state.withLock { state in
            let page = state.rooms.update(room, now: now) { room in
                room.log.forget(now, self.limits)
                return read(room.log)
            }
            if let page { return page }
            // A look at a room does not make it: otherwise anybody could fill the broker with looks.
            var generator = SystemRandom()
            return LogPage(epoch: Epoch(using: &generator), first: 1, head: 0, publications: [])
        }
    }

    package func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        // The names are sorted outside the lock: a list of a hundred thousand rooms must not delay a message.
        let names = self.state.withLock { $0.rooms.listed }
        let page = names.filter { name in cursor.map { $0 < name } ?? true }.sorted().prefix(limit + 1)
        let summaries = self.state.withLock { state in
            page.prefix(limit).compactMap { name in
                state.rooms[name].map {
                    RoomSummary(
                        room: name,
                        memberCount: $0.roster.count,
                        seq: $0.log.head.seq,
                        lastTime: $0.log.lastTime
                    )
                }
            }
        }
        return RoomPage(rooms: summaries, cursor: page.count > limit ? page.prefix(limit).last : nil)
    }

    // MARK: Presence

    @discardableResult
    package func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        let now = self.now()
        let version = self.state.withLock { state -> Int? in
            guard state.rooms.make(room) else { return nil }
            state.change(room, now) { $0.enter(user, holder: holder) }
            return state.rooms[room]?.roster.version
        }
        guard let version else { throw .tooManyRooms }
        return version
    }

    package func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        let now = self.now()
        self.state.withLock { $0.change(room, now) { $0.leave(user, holder: holder) } }
    }

    package func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        // Holder and broker start and end together here: there is nothing to sweep.
        .held
    }

    package func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        let now = self.now()
        return self.state.withLock { state in
            parts.map { part in
                guard part.users.isEmpty || state.rooms.make(part.room) else { return .failure(.tooManyRooms) }
                let here = Set(part.users.map(\.id))
                let held = state.rooms[part.room]?.roster.users(of: holder, after: part.after, through: part.through)
                for id in held ?? [] where !here.contains(id) {
                    state.change(part.room, now) { $0.leave(id, holder: holder) }
                }
                for user in part.users { state.change(part.room, now) { $0.restore(user, holder: holder) } }
                let version = state.rooms[part.room]?.roster.version ?? 0
                return .success(HeldPart.Answer(version: version, isDone: true))
            }
        }
    }

    package func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        // There is nobody to tell, either: all holders go away together.
    }

    package func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        self.state.withLock { state in
            (state.rooms[room]?.roster ?? Roster()).page(cursor: cursor, limit: limit)
        }
    }

    package func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        let payload = Event.typing(room: room, user: user, active: active).encoded()
        self.state.withLock { state in
            var batch = Batch()
            batch.add(.room(room, .typing(user.id, payload)), to: state.rooms[room]?.subscribers)
            batch.deliver()
        }
    }

    // MARK: Budgets

    package func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] {
        self.state.withLock { state in spendings.map { state.budgets.settle($0, now: .now) } }
    }

    // MARK: Sessions

    package func session(_ hash: String) async throws(BrokerError) -> User? {
        let now = self.now()
        return self.state.withLock { $0.sessions.use(hash, now: now, limits: self.limits) }
    }

    package func user(ofSession hash: String) async throws(BrokerError) -> User? {
        let now = self.now()
        return self.state.withLock { $0.sessions.user(hash, now: now, limits: self.limits) }
    }

    package func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        let now = self.now()
        self.state.withLock { $0.sessions.save(hash, user, isGuest: isGuest, now: now) }
    }

    package func hold(_ hash: String) { self.state.withLock { $0.sessions.hold(hash) } }

    package func release(_ hash: String) { self.state.withLock { $0.sessions.release(hash) } }

    package func rename(_ user: User, session hash: String) async throws(BrokerError) {
        let now = self.now()
        self.state.withLock { state in
            state.sessions.rename(hash, user, now: now)
            for subscriber in state.subscribers { subscriber.receive([.renamed(user)]) }
        }
    }

    package func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        let now = self.now()
        self.state.withLock { $0.change(room, now) { $0.rename(user) } }
    }

    // MARK: Rulings

    /// Changes the rulings, keeps them, and tells every subscriber; nothing has changed when it throws.
    func changeRulings(
        _ change: (inout MemoryRulings, Int) throws(BrokerError) -> RulingNews?
    ) throws(BrokerError) {
        let now = self.now()
        let result = self.state.withLock { state -> Result<Void, BrokerError> in
            do throws(BrokerError) {
                var rulings = state.rulings
                guard let news = try change(&rulings, now) else { return .success(()) }
                try self.keepRulings(rulings.list(now: now).rulings)
                state.rulings = rulings
                for subscriber in state.subscribers { subscriber.receive([.rulings(news)]) }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    var rulingList: RulingList {
        let now = self.now()
        return self.state.withLock { $0.rulings.list(now: now) }
    }

    func note(_ entry: AuditEntry) { self.state.withLock { $0.rulings.add(entry) } }

    func audited(before cursor: String?, limit: Int) -> AuditPage {
        self.state.withLock { $0.rulings.page(before: cursor, limit: limit) }
    }

    // MARK: Control

    package func clear(_ room: RoomName) async throws(BrokerError) {
        let now = self.now()
        self.state.withLock { state in
            _ = state.rooms.update(room, now: now) { record in
                var generator = SystemRandom()
                record.log = MemoryLog(room: room, epoch: Epoch(using: &generator))
                var batch = Batch()
                batch.add(.room(room, .reset(head: record.log.head)), to: record.subscribers)
                batch.deliver()
            }
        }
    }

    package func attach(_ subscriber: any BrokerSubscriber) {
        self.state.withLock { $0.subscribers.append(subscriber) }
    }

    package func probe() async throws(BrokerError) {}

    /// Removes expired data once a minute.
    package func run() async throws {
        while true {
            try await Task.sleep(for: .seconds(60))
            // Messages have their turn between two steps of it.
            while self.forget() == Self.forgottenAtOnce { await Task.yield() }
        }
    }

    /// The number of rooms that it keeps.
    var roomCount: Int { self.state.withLock { $0.rooms.count } }

    /// Removes some of the expired data.
    ///
    /// - Returns: The number of rooms or sessions that were checked; ``forgottenAtOnce``: more may be due.
    @discardableResult
    func forget() -> Int {
        let now = self.now()
        return self.state.withLock { state in
            let sessions = state.sessions.forget(now, self.limits, limit: Self.forgottenAtOnce)
            return max(sessions, state.rooms.forget(now, limit: Self.forgottenAtOnce))
        }
    }
}

extension MemoryBroker.State {
    /// Changes a room's roster and tells its subscribers.
    fileprivate mutating func change(_ name: RoomName, _ now: Int, _ change: (inout Roster) -> Roster.OnChange) {
        _ = self.rooms.update(name, now: now) { room in
            let result = change(&room.roster)
            guard let event = room.event(name, for: result) else { return }
            var batch = Batch()
            batch.add(event, to: room.subscribers)
            batch.deliver()
        }
    }
}

/// Events on their way, gathered so that each subscriber is called once.
private struct Batch {
    private var deliveries: [(subscriber: any BrokerSubscriber, events: [BrokerEvent])] = []

    mutating func add(_ event: BrokerEvent, to subscribers: [any BrokerSubscriber]?) {
        for subscriber in subscribers ?? [] {
            if let index = self.deliveries.firstIndex(where: { $0.subscriber === subscriber }) {
                self.deliveries[index].events.append(event)
            } else {
                self.deliveries.append((subscriber, [event]))
            }
        }
    }

    func deliver() {
        for delivery in self.deliveries { delivery.subscriber.receive(delivery.events) }
    }
}

extension BrokerError {
    fileprivate static let tooManyRooms = BrokerError(.roomsFull, "the server holds as many rooms as it may")
}
