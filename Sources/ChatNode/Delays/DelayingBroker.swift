import ChatCore

/// A broker that answers late, for tests: with quick answers some would pass by luck (`CHAT_TEST_DELAYS`).
///
/// It does its work at once and does not delay events, so other clients see a join or a message long before the caller
/// has its answer. A node without the setting has no such broker.
final class DelayingBroker: Broker {
    /// The most milliseconds until it begins to work.
    private static let slowestStart = 500

    private let base: any Broker
    private let answers: DelayedAnswers

    /// Makes a broker that passes calls on to another one, and lets the answers wait in a queue.
    init(_ base: any Broker, answers: DelayedAnswers) {
        self.base = base
        self.answers = answers
    }

    private func late<Value>(
        _ ask: () async throws(BrokerError) -> Value
    ) async throws(BrokerError) -> Value {
        let answer: Result<Value, BrokerError>
        do throws(BrokerError) { answer = .success(try await ask()) } catch { answer = .failure(error) }
        await self.answers.pass()
        return try answer.get()
    }

    // MARK: Messages

    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        let results = await self.base.publish(drafts)
        await self.answers.pass()
        return results
    }

    func subscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async throws(BrokerError) -> LogPosition {
        try await self.late { () async throws(BrokerError) in try await self.base.subscribe(room, subscriber) }
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.base.unsubscribe(room, subscriber)
        await self.answers.pass()
    }

    func lane(of room: RoomName) -> Int { self.base.lane(of: room) }

    func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] {
        try await self.late { () async throws(BrokerError) in try await self.base.settle(spendings) }
    }

    func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? {
        try await self.late { () async throws(BrokerError) in try await self.base.delete(deletion) }
    }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.late { () async throws(BrokerError) in
            try await self.base.log(room, after: seq, limit: limit)
        }
    }

    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.late { () async throws(BrokerError) in
            try await self.base.log(room, before: seq, limit: limit)
        }
    }

    func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        try await self.late { () async throws(BrokerError) in try await self.base.rooms(after: cursor, limit: limit) }
    }

    // MARK: Presence

    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        try await self.late { () async throws(BrokerError) in
            try await self.base.enter(room, user, holder: holder)
        }
    }

    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in
            try await self.base.leave(room, user, holder: holder)
        }
    }

    func renew(_ holder: HolderID) async throws(BrokerError) -> LeaseState {
        try await self.late { () async throws(BrokerError) in try await self.base.renew(holder) }
    }

    func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        let answers = await self.base.restore(holder, parts)
        await self.answers.pass()
        return answers
    }

    func release(_ holder: HolderID, after delay: Duration) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.release(holder, after: delay) }
    }

    func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        try await self.late { () async throws(BrokerError) in
            try await self.base.members(room, cursor: cursor, limit: limit, told: told)
        }
    }

    func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        await self.base.signalTyping(room, user, active: active)
    }

    // MARK: Sessions

    func session(_ hash: String) async throws(BrokerError) -> User? {
        try await self.late { () async throws(BrokerError) in try await self.base.session(hash) }
    }

    func user(ofSession hash: String) async throws(BrokerError) -> User? {
        try await self.late { () async throws(BrokerError) in try await self.base.user(ofSession: hash) }
    }

    func hold(_ hash: String) { self.base.hold(hash) }

    func release(_ hash: String) { self.base.release(hash) }

    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in
            try await self.base.saveSession(hash, user, isGuest: isGuest)
        }
    }

    func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.rename(user, session: hash) }
    }

    func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.rename(user, in: room) }
    }

    // MARK: Rulings

    func put(_ ruling: Ruling) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.put(ruling) }
    }

    func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? {
        try await self.late { () async throws(BrokerError) in try await self.base.lift(id) }
    }

    func rulings(known: RulingList?) async throws(BrokerError) -> RulingList {
        try await self.late { () async throws(BrokerError) in try await self.base.rulings(known: known) }
    }

    func record(_ entry: AuditEntry) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.record(entry) }
    }

    func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        try await self.late { () async throws(BrokerError) in
            try await self.base.audit(before: cursor, limit: limit)
        }
    }

    // MARK: Control

    func clear(_ room: RoomName) async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.clear(room) }
    }

    var kind: String { self.base.kind }

    func attach(_ subscriber: any BrokerSubscriber) { self.base.attach(subscriber) }

    func counts() async -> BrokerCounts { await self.base.counts() }

    func probe() async throws(BrokerError) {
        try await self.late { () async throws(BrokerError) in try await self.base.probe() }
    }

    func run() async throws {
        try await Task.sleep(for: self.answers.draw(upTo: Self.slowestStart))
        try await self.base.run()
    }
}
