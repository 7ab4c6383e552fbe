import ChatCore
import ChatSystem
import Logging
import Synchronization

/// Told of each change of the rulings, from any thread and in order; must return at once.
protocol RulingObserver: AnyObject, Sendable {
    func changed(_ changes: [RulingBook.Change])
}

/// The node's copy of the rulings: every way in asks it, and moderators' orders go through it.
///
/// There is one for all shards. It is asked for each connection, join and request over HTTP, and for a send only where a
/// ruling may concern it. Its lock is held for a few lookups.
final class RulingDesk: BrokerSubscriber {
    /// The wait before the next try to read the rulings.
    private static let retryDelay = Duration.seconds(1)
    /// The longest sleep: the time of day may jump.
    private static let longestSleep = Duration.seconds(60)

    private struct State {
        var book = RulingBook()
        var observers: [any RulingObserver] = []
    }

    /// Counts what members say in rooms with slow mode.
    let pauses = PauseTable()
    private let store: any RulingStore
    private let control: any BrokerControl
    private let messages: any MessageLog
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeup = Wakeup()

    init(store: any RulingStore, control: any BrokerControl, messages: any MessageLog, logger: Logger) {
        (self.store, self.control, self.messages, self.logger) = (store, control, messages, logger)
        control.attach(self)
    }

    // MARK: Keeping up

    /// Adds an observer, which is told everything that holds already.
    func attach(_ observer: any RulingObserver) {
        self.state.withLock { state in
            state.observers.append(observer)
            let present = state.book.rulings.list.filter { !$0.matter.isMomentary }
            if !present.isEmpty { observer.changed(present.map { .put($0) }) }
        }
    }

    func receive(_ events: [BrokerEvent]) {
        for case .rulings(let news) in events {
            self.change { $0.apply(news) }
            self.wakeup.wake()
        }
    }

    private func change(_ change: (inout RulingBook) -> [RulingBook.Change]) {
        self.state.withLock { state in
            let changes = change(&state.book)
            guard !changes.isEmpty else { return }
            // Under the lock, so that every observer sees the same order.
            for observer in state.observers { observer.changed(changes) }
        }
    }

    /// Reads the rulings when they may have changed without news, and lets those end whose time is over, until the task
    /// is cancelled.
    func run() async {
        while !Task.isCancelled {
            var deadline = ContinuousClock.now + Self.longestSleep
            if self.state.withLock(\.book.needsReading) {
                // Too many rulings for a reading may be told meanwhile, or the broker is away.
                do throws(BrokerError) { try await self.read() } catch { deadline = .now + Self.retryDelay }
                if self.state.withLock(\.book.needsReading) { deadline = min(deadline, .now + Self.retryDelay) }
            }
            let now = WallClock.now()
            self.pauses.forget(now)
            self.change { $0.expire(now) }
            if let next = self.state.withLock(\.book.rulings.nextExpiry) {
                deadline = min(deadline, .now + .milliseconds(max(1, next - now)))
            }
            await self.sleep(until: deadline)
        }
    }

    /// Sleeps; only news that needs a reading wakes it up, or an earlier end.
    ///
    /// After a reading that was no use it sleeps in any case.
    private func sleep(until deadline: ContinuousClock.Instant) async {
        let before = self.state.withLock { ($0.book.needsReading, $0.book.rulings.nextExpiry) }
        repeat {
            await self.wakeup.wait(until: deadline)
        } while !Task.isCancelled && ContinuousClock.now < deadline
            && self.state.withLock { ($0.book.needsReading, $0.book.rulings.nextExpiry) } == before
    }

    private func read() async throws(BrokerError) {
        let (known, count) = self.state.withLock { ($0.book.known, $0.book.newsCount) }
        let list = try await self.store.rulings(known: known)
        self.change { $0.read(list, since: count) }
    }

    /// Makes sure that the rulings have been read once: nobody comes in before.
    ///
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func ready() async throws(BrokerError) {
        if self.state.withLock(\.book.version) == nil { try await self.read() }
    }

    // MARK: Questions

    /// Whether nothing has been ruled.
    var isEmpty: Bool { self.state.withLock(\.book.rulings.isEmpty) }

    /// Asks the index.
    func ask<Answer: Sendable>(_ question: (Rulings) -> Answer) -> Answer {
        self.state.withLock { question($0.book.rulings) }
    }

    /// The ruling by which somebody may not be on the server at all.
    func ban(of visitor: Visitor) -> Ruling? { self.ask { $0.ban(of: visitor, in: nil, now: WallClock.now()) } }

    /// Whether a token is not valid any more, whatever it says: another one that is issued now may be.
    func isRevoked(_ grant: Grant) -> Bool {
        let token = Visitor.Token(id: grant.tokenID, issuedAt: grant.issuedAt ?? 0)
        return self.ask { $0.revocation(of: Visitor(user: grant.user, token: token), now: WallClock.now()) } != nil
    }

    /// The error for somebody who may not be in a room; nil for one who may.
    func refusal(of visitor: Visitor, in room: RoomName) -> ProtocolError? {
        let now = WallClock.now()
        return self.ask { rulings in
            if let ban = rulings.ban(of: visitor, in: room, now: now) { return .banned(ban, now: now) }
            guard let closed = rulings.rules(of: room)?.closed, closed.holds(at: now) else { return nil }
            return .roomClosed(closed)
        }
    }

    /// The error for somebody who may not read a room; a closed one can be read.
    func refusal(ofReading room: RoomName, by visitor: Visitor) -> ProtocolError? {
        let now = WallClock.now()
        return self.ask { $0.ban(of: visitor, in: room, now: now).map { .banned($0, now: now) } }
    }

    /// The error for somebody who may not say anything in a room; nil for one who may.
    func muteRefusal(of visitor: Visitor, in room: RoomName) -> ProtocolError? {
        let now = WallClock.now()
        return self.ask { $0.mute(of: visitor, in: room, now: now).map { .muted($0, now: now) } }
    }

    /// The error for somebody who may not be shown by a name; nil for one who may.
    func refusal(of name: UserName, for user: UserID) -> ProtocolError? {
        self.ask { $0.reservation(of: name, against: user, now: WallClock.now()) } == nil ? nil : .nameReserved
    }

    /// A user as others see it: as a guest, when its name has become another user's.
    func shown(_ user: User) -> User {
        self.refusal(of: user.name, for: user.id) == nil ? user : User(id: user.id, name: .guest(user.id))
    }

    /// What moderators have to say about what somebody without a connection wants to say; nil when it may be said.
    ///
    /// - Parameters:
    ///   - text: What it is.
    ///   - visitor: Who says it.
    ///   - payer: Whose pauses count in slow mode.
    ///   - room: Where.
    ///   - mayModerate: Whether the visitor may moderate the room: slow mode is for all others.
    /// - Returns: The error.
    func refusal(
        of text: MessageText,
        by visitor: Visitor,
        payer: UserID,
        in room: RoomName,
        mayModerate: Bool
    ) -> ProtocolError? {
        guard !self.isEmpty else { return nil }
        if let error = self.refusal(of: visitor, in: room) ?? self.muteRefusal(of: visitor, in: room) { return error }
        guard let rules = self.ask({ $0.rules(of: room) }) else { return nil }
        let now = WallClock.now()
        if let error = rules.refusal(of: text, now: now) { return error }
        guard let seconds = rules.pause(now: now), !mayModerate else { return nil }
        return self.pauses.take(payer, in: room, seconds: seconds, now: now)
    }

    /// All rulings, in the order of their ids.
    var list: [Ruling] { self.ask { $0.list.sorted { $0.id.rawValue < $1.id.rawValue } } }

    // MARK: Orders

    /// Carries out what a moderator asks for, and records it.
    ///
    /// - Parameters:
    ///   - order: What is asked for.
    ///   - issuer: Who asks, for other moderators.
    /// - Returns: The ruling that holds now, or holds no more; nil where there is none.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func carryOut(_ order: Order, by issuer: String) async throws(BrokerError) -> Ruling? {
        let now = WallClock.now()
        var ruling = order.ruling(issuedAt: now, by: issuer).map { new in self.ask { new.including($0[new.id]) } }
        switch order.act {
        case .put: if let ruling { try await self.put(ruling) }
        case .lift(let matter):
            ruling = try await self.lift(RulingID(of: matter))
            // Nothing was done.
            guard ruling != nil else { return nil }
        case .clear(let room): try await self.control.clear(room)
        }
        await self.record(AuditEntry(order, time: now, issuer: issuer, ruling: ruling))
        return ruling
    }

    /// Deletes a message, and records it.
    ///
    /// - Parameters:
    ///   - deletion: The message.
    ///   - reason: Why.
    ///   - issuer: Who asks, for other moderators.
    /// - Returns: The place of the entry that tells of it, or for a message that was deleted before its own; nil if the
    ///   log does not keep the message.
    /// - Throws: ``BrokerError``; trying again is harmless.
    func delete(
        _ deletion: Deletion,
        reason: Reason,
        by issuer: String
    ) async throws(BrokerError) -> Receipt? {
        guard let receipt = try await self.messages.delete(deletion) else { return nil }
        // Also for a message that is deleted already: the answer to the order that did it may have been lost.
        await self.record(AuditEntry(deletion, reason: reason, time: WallClock.now(), issuer: issuer))
        return receipt
    }

    /// Lets a ruling hold, and those about addresses that followed from the one whose place it takes with it.
    private func put(_ ruling: Ruling) async throws(BrokerError) {
        guard self.ask({ $0.hasSpace(for: ruling) }) else { throw .hasTooManyRulings }
        try await self.store.put(ruling)
        for follower in self.ask({ $0.followers(of: ruling.id) }) {
            guard case .network(let network) = follower.matter.target, let extended = ruling.extended(to: network)
            else {
                _ = try await self.store.lift(follower.id)
                continue
            }
            try await self.store.put(extended)
        }
    }

    /// Lifts a ruling, and those about addresses that followed from it.
    ///
    /// - Returns: The ruling; nil when there is none.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? {
        // An order whose answer was lost finds nothing when it is sent again.
        let known = self.ask { $0[id] }
        return try await self.store.lift(id) ?? known
    }

    /// Lifts a ruling by its id, and records it.
    func lift(_ id: RulingID, reason: Reason, by issuer: String) async throws(BrokerError) -> Ruling? {
        guard let ruling = try await self.lift(id) else { return nil }
        let order = Order(.lift(ruling.matter), reason: reason)
        await self.record(AuditEntry(order, time: WallClock.now(), issuer: issuer, ruling: ruling))
        return ruling
    }

    /// Extends the rulings about a user that cover addresses to one from which the user is connected.
    func extendAll(of user: UserID, to address: NetworkAddress) async {
        for ruling in self.ask({ $0.covering(user) }) { await self.extend(ruling, to: address) }
    }

    /// Extends a ruling about a user to an address from which the user is connected, unless one that holds as long is
    /// there already.
    ///
    /// An address that goes past what may follow from one ruling is not covered: whoever has that many has a network.
    func extend(_ ruling: Ruling, to address: NetworkAddress) async {
        guard let extended = ruling.extended(to: Network(ofClientAt: address)),
            self.ask({ $0[ruling.id] == ruling && $0.isWanted(extended) })
        else { return }
        do throws(BrokerError) { try await self.store.put(extended) } catch {
            return self.logger.warning("a ban does not cover an address", metadata: ["reason": "\(error.reason)"])
        }
        let order = Order(.put(extended.matter), reason: (try? Reason(extended.reason)) ?? Reason())
        await self.record(AuditEntry(order, time: WallClock.now(), issuer: ruling.issuer, ruling: extended))
    }

    /// Writes down what was done: for moderators in the broker, for operators in the log.
    private func record(_ entry: AuditEntry) async {
        var metadata: Logger.Metadata = ["by": "\(entry.issuer)", "verb": "\(entry.verb)"]
        if !entry.target.isEmpty { metadata["target"] = "\(entry.target)" }
        if let room = entry.room { metadata["room"] = "\(room)" }
        if let until = entry.until { metadata["until"] = "\(until)" }
        if !entry.reason.isEmpty { metadata["reason"] = "\(entry.reason)" }
        self.logger.notice("a moderator's order was carried out", metadata: metadata)
        do throws(BrokerError) { try await self.store.record(entry) } catch {
            self.logger.error("an order is missing in the record", metadata: ["reason": "\(error.reason)"])
        }
    }

    /// Reads the record backwards.
    func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        try await self.store.audit(before: cursor, limit: limit)
    }
}

extension Rulings {
    /// Whether a ruling that would follow from another says more than what is there, and has space.
    fileprivate func isWanted(_ extended: Ruling) -> Bool {
        guard let present = self[extended.id] else { return self.hasSpace(for: extended) }
        // What a moderator has said of the address itself stays.
        guard present.source != nil, let end = present.expiresAt else { return false }
        return extended.expiresAt.map { end < $0 } ?? true
    }
}

extension BrokerError {
    fileprivate static let hasTooManyRulings = BrokerError(
        .rulingsFull,
        """
        a room has at most \(Rulings.maximumOfRoom) rulings, and rooms have \(Rulings.maximumOfOthers) together: lift some
        """
    )
}
