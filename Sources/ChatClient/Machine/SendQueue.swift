package import ChatCore
internal import NIOCore

/// Sends that the server has not confirmed yet, in order.
///
/// A send stays until its `ok` or its final error comes. After a reconnect it goes out again with the same key, so that
/// it is stored once whether or not the first try succeeded: a timeout is not a failure. Only the head of a room's
/// queue is under way: otherwise the next send would overtake one that the rate limit refused.
package struct SendQueue: Sendable {
    /// A send with the id that it has on the wire, in each try.
    package struct Entry: Equatable, Sendable {
        package var id: Int
        package var send: Command.Send

        package init(id: Int, send: Command.Send) {
            self.id = id
            self.send = send
        }
    }

    /// The sends of one room; only the first of them is ever under way.
    private struct Queue: Sendable {
        enum Head: Sendable {
            /// It can go out now.
            case waiting
            /// The server refused it for now: it can go out again at this time.
            case held(until: ContinuousClock.Instant)
            /// It is under way.
            case sent
        }

        var entries: CircularBuffer<Entry> = []
        var head = Head.waiting
    }

    private let capacity: Int
    private var queues: [RoomName: Queue] = [:]
    private var roomsOfSent: [Int: RoomName] = [:]
    /// The number of sends that are not confirmed.
    package private(set) var count = 0

    /// Makes an empty queue.
    ///
    /// - Parameter capacity: The most sends that it holds.
    package init(capacity: Int) { self.capacity = capacity }

    /// Whether a send is under way and has no answer yet.
    package var isAwaiting: Bool { !self.roomsOfSent.isEmpty }

    /// The time when a refused send may be tried again.
    package var deadline: ContinuousClock.Instant? {
        self.queues.values.lazy.compactMap { queue in
            if case .held(let instant) = queue.head { instant } else { nil }
        }.min()
    }

    /// The result for a new send.
    package enum OnAppend: Equatable, Sendable {
        /// It waits for its turn.
        case queued
        /// There is no space for it; nothing was changed.
        case full
    }

    /// Takes a send.
    package mutating func append(_ entry: Entry) -> OnAppend {
        guard self.count < self.capacity else { return .full }
        self.queues[entry.send.room, default: Queue()].entries.append(entry)
        self.count += 1
        return .queued
    }

    /// Returns the send of a room that goes out now, and counts it as under way.
    package mutating func next(_ room: RoomName, now: ContinuousClock.Instant) -> Entry? {
        guard let queue = self.queues[room], let entry = queue.entries.first else { return nil }
        switch queue.head {
        case .sent: return nil
        case .held(let instant): if instant > now { return nil }
        case .waiting: break
        }
        self.queues[room]?.head = .sent
        self.roomsOfSent[entry.id] = room
        return entry
    }

    /// Takes out a send that has its final answer; nil when no send with this id is under way.
    package mutating func settled(_ id: Int) -> Entry? {
        guard let room = self.roomsOfSent.removeValue(forKey: id), var queue = self.queues[room] else { return nil }
        let entry = queue.entries.removeFirst()
        queue.head = .waiting
        self.queues[room] = queue.entries.isEmpty ? nil : queue
        self.count -= 1
        return entry
    }

    /// A send was refused for now and is tried again later; later sends of the room wait with it.
    ///
    /// - Parameters:
    ///   - id: The send.
    ///   - instant: The time when it goes out again.
    /// - Returns: Its room; nil when no send with this id is under way.
    @discardableResult
    package mutating func hold(_ id: Int, until instant: ContinuousClock.Instant) -> RoomName? {
        guard let room = self.roomsOfSent.removeValue(forKey: id) else { return nil }
        self.queues[room]?.head = .held(until: instant)
        return room
    }

    /// The connection is gone: sends under way go out again on the next one.
    package mutating func disconnected() {
        self.roomsOfSent = [:]
        for room in self.queues.keys { self.queues[room]?.head = .waiting }
    }

    /// Takes out all sends of a room, oldest first.
    package mutating func removeAll(in room: RoomName) -> [Entry] {
        guard let queue = self.queues.removeValue(forKey: room) else { return [] }
        for entry in queue.entries { self.roomsOfSent[entry.id] = nil }
        self.count -= queue.entries.count
        return Array(queue.entries)
    }

    /// Takes out all sends.
    package mutating func removeAll() -> [Entry] { self.queues.keys.flatMap { self.removeAll(in: $0) } }
}
