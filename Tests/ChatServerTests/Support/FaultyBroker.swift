import ChatCore
import ChatMemory
import NIOCore
import Synchronization

/// A broker in memory that breaks one of its promises, with every seventh of a room's first messages.
///
/// Of the first only: a hole at the very end is nobody's to see until something follows.
final class FaultyBroker: ForwardingBroker {
    /// What it does wrong.
    enum Fault: CaseIterable, Sendable {
        // What a node finds out and puts right.

        /// It does not hand a message on; the log has it.
        case forgetsToHandOn
        /// It hands a message on twice.
        case handsOnTwice
        /// It hands two messages on in the wrong order.
        case handsOnInDisorder

        // What a node cannot find out.

        /// It acknowledges a message and does not store it.
        case forgetsToStore
        /// It stores a message, acknowledges it, and loses it again.
        case loses
        /// It stores a message twice, although it has a key.
        case storesTwice
        /// It hands on the bytes of the message before under the place of a message.
        case repeatsBytes
        /// It hands on the bytes of two messages under each other's place.
        case swapsBytes
        /// It hands on bytes that bear the epoch of another log.
        case foreignEpoch
        /// It hands on bytes with another text.
        case alters
    }

    let base: any Broker = MemoryBroker.forTests()
    private let fault: Fault
    private let state = Mutex(State())

    private struct State {
        var subscribers: [ObjectIdentifier: FaultySubscriber] = [:]
        var drafts = 0
        var lastReceipt: Receipt?
    }

    init(_ fault: Fault) { self.fault = fault }

    func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition {
        try await self.base.subscribe(room, self.faulty(subscriber))
    }

    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.base.unsubscribe(room, self.faulty(subscriber))
    }

    private func faulty(_ subscriber: any BrokerSubscriber) -> FaultySubscriber {
        self.state.withLock { state in
            let id = ObjectIdentifier(subscriber)
            if let known = state.subscribers[id] { return known }
            let new = FaultySubscriber(subscriber, self.fault)
            state.subscribers[id] = new
            return new
        }
    }

    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        var results: [Result<Receipt, BrokerError>] = []
        for draft in drafts { results.append(await self.publish(draft)) }
        return results
    }

    private func publish(_ draft: Draft) async -> Result<Receipt, BrokerError> {
        let isTurn = self.state.withLock { state in
            state.drafts += 1
            return state.drafts.isMultiple(of: 7)
        }
        if isTurn, self.fault == .forgetsToStore, var receipt = self.state.withLock(\.lastReceipt) {
            receipt.position.seq += 1
            return .success(receipt)
        }
        var draft = draft
        // The bytes keep the key, the broker does not know it.
        if self.fault == .storesTwice { draft.key = nil }
        if isTurn, self.fault == .storesTwice { _ = await self.base.publish([draft]) }
        let result = await self.base.publish([draft])[0]
        self.state.withLock { state in state.lastReceipt = (try? result.get()) ?? state.lastReceipt }
        return result
    }

    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        var page = try await self.base.log(room, after: seq, limit: limit)
        if self.fault == .loses { page.publications.removeAll { $0.position.seq.isMultiple(of: 7) } }
        return page
    }
}

/// Stands before a shard, and changes what the broker hands to it.
private final class FaultySubscriber: BrokerSubscriber {
    private let base: any BrokerSubscriber
    private let fault: FaultyBroker.Fault
    private let held = Mutex<[RoomName: Publication]>([:])
    /// How many messages of a room it may do wrong.
    private static let faultyMessages = 21

    init(_ base: any BrokerSubscriber, _ fault: FaultyBroker.Fault) {
        self.base = base
        self.fault = fault
    }

    func receive(_ events: [BrokerEvent]) {
        let events = events.flatMap { event -> [BrokerEvent] in
            guard case .room(let room, .publication(let publication)) = event else { return [event] }
            return self.changed(publication, in: room).map { .room(room, .publication($0)) }
        }
        self.base.receive(events)
    }

    private func changed(_ publication: Publication, in room: RoomName) -> [Publication] {
        let place = publication.position.seq <= Self.faultyMessages ? publication.position.seq % 7 : 1
        switch self.fault {
        case .forgetsToStore, .storesTwice: return [publication]
        case .forgetsToHandOn, .loses: return place == 0 ? [] : [publication]
        case .handsOnTwice: return place == 0 ? [publication, publication] : [publication]
        case .handsOnInDisorder, .swapsBytes:
            // The sixth waits for the seventh.
            return self.held.withLock { held in
                if place == 6 {
                    held[room] = publication
                    return []
                }
                guard place == 0, let sixth = held.removeValue(forKey: room) else { return [publication] }
                if self.fault == .handsOnInDisorder { return [publication, sixth] }
                return [
                    Publication(position: sixth.position, payload: publication.payload),
                    Publication(position: publication.position, payload: sixth.payload),
                ]
            }
        case .repeatsBytes:
            return self.held.withLock { held in
                let last = held.updateValue(publication, forKey: room)
                guard place == 0, let last else { return [publication] }
                return [Publication(position: publication.position, payload: last.payload)]
            }
        case .foreignEpoch: return [self.changed(publication, publication.position.epoch.rawValue, "zzzzzzzz", place)]
        case .alters: return [self.changed(publication, #""text":""#, #""text":"not "#, place)]
        }
    }

    private func changed(_ publication: Publication, _ old: String, _ new: String, _ place: Int) -> Publication {
        guard place == 0 else { return publication }
        let text = String(buffer: publication.payload).replacing(old, with: new, maxReplacements: 1)
        return Publication(position: publication.position, payload: ByteBuffer(string: text))
    }
}
