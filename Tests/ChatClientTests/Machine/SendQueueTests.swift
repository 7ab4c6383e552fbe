import ChatCore
import Testing

@testable import ChatClient

@Suite(.patience) struct SendQueueTests {
    private let lobby: RoomName
    private let den: RoomName
    private let now = ContinuousClock.now

    init() throws {
        self.lobby = try RoomName("lobby")
        self.den = try RoomName("den")
    }

    private func entry(_ id: Int, _ room: RoomName) throws -> SendQueue.Entry {
        let text = try MessageText("\(id)", maximumBytes: 99)
        return SendQueue.Entry(id: id, send: .init(room: room, text: text, key: try IdempotencyKey("k\(id)")))
    }

    private func outbox(_ entries: SendQueue.Entry..., capacity: Int = 10) -> SendQueue {
        var outbox = SendQueue(capacity: capacity)
        for entry in entries { #expect(outbox.append(entry) == .queued) }
        return outbox
    }

    @Test func `the sends of a room go out one after the other`() throws {
        let (first, second) = (try self.entry(1, self.lobby), try self.entry(2, self.lobby))
        var outbox = self.outbox(first, second)
        #expect(outbox.next(self.lobby, now: self.now) == first)
        #expect(outbox.next(self.lobby, now: self.now) == nil)
        #expect(outbox.settled(1) == first)
        #expect(outbox.next(self.lobby, now: self.now) == second)
        #expect(outbox.settled(2) == second)
        #expect(outbox.count == 0 && !outbox.isAwaiting)
    }

    @Test func `a room does not wait for another`() throws {
        let (first, second) = (try self.entry(1, self.lobby), try self.entry(2, self.den))
        var outbox = self.outbox(first, second)
        #expect(outbox.next(self.lobby, now: self.now) == first)
        #expect(outbox.next(self.den, now: self.now) == second)
    }

    @Test func `what had no answer goes out again with the same key, in the same order`() throws {
        let (first, second) = (try self.entry(1, self.lobby), try self.entry(2, self.lobby))
        var outbox = self.outbox(first, second)
        #expect(outbox.next(self.lobby, now: self.now) == first)
        outbox.disconnected()
        #expect(outbox.settled(1) == nil)
        #expect(outbox.next(self.lobby, now: self.now) == first)
        #expect(outbox.settled(1) == first)
        #expect(outbox.next(self.lobby, now: self.now) == second)
    }

    @Test func `a send that was turned back waits, and is not overtaken`() throws {
        let (first, second) = (try self.entry(1, self.lobby), try self.entry(2, self.lobby))
        var outbox = self.outbox(first, second)
        _ = outbox.next(self.lobby, now: self.now)
        let later = self.now + .seconds(1)
        outbox.hold(1, until: later)
        #expect(outbox.deadline == later)
        #expect(outbox.next(self.lobby, now: self.now) == nil)
        #expect(outbox.next(self.lobby, now: later) == first)
        #expect(outbox.deadline == nil)
    }

    @Test func `a full outbox takes nothing more`() throws {
        var outbox = self.outbox(try self.entry(1, self.lobby), capacity: 1)
        #expect(outbox.append(try self.entry(2, self.den)) == .full)
        _ = outbox.next(self.lobby, now: self.now)
        #expect(outbox.append(try self.entry(2, self.den)) == .full)
        _ = outbox.settled(1)
        #expect(outbox.append(try self.entry(2, self.den)) == .queued)
    }

    @Test func `the sends of a room that is given up come out oldest first`() throws {
        let entries = try (1...3).map { try self.entry($0, self.lobby) }
        var outbox = self.outbox(entries[0], entries[1], entries[2], try self.entry(4, self.den))
        _ = outbox.next(self.lobby, now: self.now)
        #expect(outbox.removeAll(in: self.lobby) == entries)
        #expect(outbox.settled(1) == nil)
        #expect(outbox.count == 1)
    }
}
