import BrokerContract
import ChatCore
import NIOCore
import Testing
import TestSupport

@testable import ChatMemory

@Suite(.patience) struct MemoryBrokerTests {
    private let samples: Samples
    private let clock = ManualClock()
    private let broker: MemoryBroker
    private let other: RoomName

    init() throws {
        self.samples = try Samples()
        self.other = try RoomName("래블업")
        var limits = LogLimits()
        limits.messages = 10
        limits.retention = .seconds(100)
        let clock = self.clock
        self.broker = MemoryBroker(limits: limits) { clock.now }
    }

    private func publish(_ count: Int, to room: RoomName? = nil) async throws {
        for number in 0..<count {
            _ = try await self.broker.publish([self.samples.draft("\(number)", to: room)]).map { try $0.get() }
        }
    }

    // MARK: Messages

    @Test func `a batch is stored in order, each room apart`() async throws {
        let drafts = try [("1", self.samples.lobby), ("2", self.other), ("3", self.samples.lobby)].map {
            try self.samples.draft($0.0, to: $0.1)
        }
        let receipts = try await self.broker.publish(drafts).map { try $0.get() }
        #expect(receipts.map(\.position.seq) == [1, 1, 2])
        #expect(receipts[0].position.epoch == receipts[2].position.epoch)
        #expect(receipts[0].position.epoch != receipts[1].position.epoch)
        #expect(receipts.allSatisfy { $0.time == self.clock.now })
        let page = try await self.broker.log(self.samples.lobby, after: 0, limit: 9)
        #expect(page.publications.map(\.text) == ["1", "3"])
    }

    @Test func `a subscriber gets each batch at once, and duplicates not at all`() async throws {
        let subscriber = RecordingSubscriber()
        _ = try await self.broker.subscribe(self.samples.lobby, subscriber)
        _ = try await self.broker.subscribe(self.other, subscriber)
        let same = try self.samples.draft("a", key: "k")
        let drafts = try [same, self.samples.draft("b", to: self.other), same, self.samples.draft("c")]
        _ = await self.broker.publish(drafts)
        _ = await self.broker.publish([same])
        #expect(subscriber.batches.count == 1)
        #expect(subscriber.publications(in: self.samples.lobby).map(\.text) == ["a", "c"])
        #expect(subscriber.publications(in: self.other).map(\.text) == ["b"])
        #expect(
            subscriber.publications(in: self.samples.lobby)
                == (try await self.broker.log(self.samples.lobby, after: 0, limit: 9).publications)
        )
    }

    @Test func `a subscriber gets exactly what follows its head`() async throws {
        var subscribers: [(head: LogPosition, subscriber: RecordingSubscriber)] = []
        for _ in 0..<6 {
            let subscriber = RecordingSubscriber()
            let head = try await self.broker.subscribe(self.samples.lobby, subscriber)
            // Once more is harmless, and gives nothing twice.
            #expect(try await self.broker.subscribe(self.samples.lobby, subscriber) == head)
            subscribers.append((head, subscriber))
            try await self.publish(2)
        }
        for (index, entry) in subscribers.enumerated() {
            #expect(entry.head.seq == 2 * index)
            let positions = entry.subscriber.publications(in: self.samples.lobby).map(\.position)
            #expect(positions == (entry.head.seq + 1..<13).map { LogPosition(epoch: entry.head.epoch, seq: $0) })
        }
    }

    @Test func `who unsubscribes gets nothing more, and may come back`() async throws {
        let (leaver, stayer) = (RecordingSubscriber(), RecordingSubscriber())
        for subscriber in [leaver, stayer] { _ = try await self.broker.subscribe(self.samples.lobby, subscriber) }
        await self.broker.unsubscribe(self.samples.lobby, leaver)
        await self.broker.unsubscribe(self.other, leaver)
        try await self.publish(1)
        #expect(leaver.events.isEmpty)
        #expect(try await self.broker.subscribe(self.samples.lobby, leaver).seq == 1)
        try await self.publish(1)
        #expect(leaver.publications(in: self.samples.lobby).map(\.position.seq) == [2])
        #expect(stayer.publications(in: self.samples.lobby).map(\.position.seq) == [1, 2])
    }

    @Test func `all subscribers see one order, however many publish at once`() async throws {
        let subscribers = [RecordingSubscriber(), RecordingSubscriber()]
        for subscriber in subscribers { _ = try await self.broker.subscribe(self.samples.lobby, subscriber) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { try await self.publish(50) } }
            try await group.waitForAll()
        }
        for subscriber in subscribers {
            #expect(subscriber.publications(in: self.samples.lobby).map(\.position.seq) == Array(1...400))
        }
    }

    @Test func `typing is told to the room and stands in no log`() async throws {
        let subscriber = RecordingSubscriber()
        _ = try await self.broker.subscribe(self.samples.lobby, subscriber)
        await self.broker.signalTyping(self.samples.lobby, self.samples.mina, active: true)
        await self.broker.signalTyping(self.other, self.samples.mina, active: true)
        #expect(subscriber.events.count == 1)
        guard case .room(_, .typing(let user, let payload)) = try #require(subscriber.events.first) else {
            Issue.record("no typing")
            return
        }
        #expect(user == self.samples.mina.id)
        let event = Event.typing(room: self.samples.lobby, user: self.samples.mina, active: true)
        #expect(payload == event.encoded())
        #expect(try await self.broker.log(self.samples.lobby, after: 0, limit: 9).head == 0)
    }

    // MARK: Time

    @Test func `a log that nobody writes to is forgotten, its epoch is not`() async throws {
        try await self.publish(3)
        let before = try await self.broker.log(self.samples.lobby, after: 0, limit: 9)
        self.clock.advance(by: .seconds(101))
        self.broker.forget()
        let after = try await self.broker.log(self.samples.lobby, after: 0, limit: 9)
        #expect(after == LogPage(epoch: before.epoch, first: 4, head: 3, headTime: before.headTime, publications: []))
        let backwards = try await self.broker.log(self.samples.lobby, before: nil, limit: 9)
        #expect(backwards == after)
    }

    @Test func `a room is forgotten when nobody could miss it`() async throws {
        let holder = HolderID("h")
        let rooms = try (1...4).map { try RoomName("r\($0)") }
        let subscriber = RecordingSubscriber()
        for room in rooms { try await self.publish(1, to: room) }
        _ = try await self.broker.subscribe(rooms[1], subscriber)
        try await self.broker.enter(rooms[2], self.samples.mina, holder: holder)
        var epochs: [Epoch] = []
        for room in rooms { epochs.append(try await self.broker.log(room, after: 0, limit: 1).epoch) }
        self.clock.advance(by: .seconds(150))
        try await self.publish(1, to: rooms[3])
        self.clock.advance(by: .seconds(51))
        self.broker.forget()
        var kept: [Bool] = []
        for (room, epoch) in zip(rooms, epochs) {
            kept.append(try await self.broker.log(room, after: 0, limit: 1).epoch == epoch)
        }
        #expect(kept == [false, true, true, true])
        #expect(try await self.broker.subscribe(rooms[1], subscriber).seq == 1)
        #expect(try await self.broker.members(rooms[2], cursor: nil, limit: 9).count == 1)
    }

    // MARK: Rooms

    @Test(arguments: 1...6)
    func `rooms are listed by name, in pages`(limit: Int) async throws {
        let names = try ["a", "b", "가", "ä", "B"].map { try RoomName($0) }
        for name in names { try await self.publish(2, to: name) }
        _ = try await self.broker.subscribe(RoomName("nobody"), RecordingSubscriber())
        var (listed, cursor, pages): ([RoomSummary], RoomName?, Int) = ([], nil, 0)
        repeat {
            let page = try await self.broker.rooms(after: cursor, limit: limit)
            #expect(page.rooms.count <= limit)
            listed += page.rooms
            cursor = page.cursor
            pages += 1
        } while cursor != nil && pages < 9
        #expect(pages == (5 + limit - 1) / limit)
        #expect(
            listed == names.sorted().map { RoomSummary(room: $0, memberCount: 0, seq: 2, lastTime: self.clock.now) }
        )
    }

    @Test func `a room is listed for its members or its log`() async throws {
        let holder = HolderID("h")
        try await self.broker.enter(self.samples.lobby, self.samples.mina, holder: holder)
        #expect(
            try await self.broker.rooms(after: nil, limit: 5).rooms
                == [RoomSummary(room: self.samples.lobby, memberCount: 1, seq: 0, lastTime: nil)]
        )
        try await self.broker.leave(self.samples.lobby, self.samples.mina.id, holder: holder)
        #expect(try await self.broker.rooms(after: nil, limit: 5) == RoomPage(rooms: [], cursor: nil))
    }

    @Test func `to look at a room does not make it`() async throws {
        let broker = MemoryBroker(limits: LogLimits()) { 0 }
        for number in 0..<100 {
            let room = try RoomName("room\(number)")
            _ = try await broker.log(room, after: 0, limit: 9)
            _ = try await broker.log(room, before: nil, limit: 9)
            _ = try await broker.members(room, cursor: nil, limit: 9)
        }
        #expect(broker.roomCount == 0)
    }

    @Test func `a room more than it may hold is refused by a code, and nothing is done`() async throws {
        let broker = MemoryBroker(limits: LogLimits()) { 0 }
        let subscriber = RecordingSubscriber()
        for number in 0..<MemoryRooms.maximum { _ = try await broker.subscribe(RoomName("r\(number)"), subscriber) }
        let draft = try self.samples.draft("a")
        guard case .failure(let error) = try #require(await broker.publish([draft]).first) else {
            Issue.record("it was stored")
            return
        }
        #expect(error.code == .roomsFull)
        #expect(error.code.outcome == .notDone)
        #expect(broker.roomCount == MemoryRooms.maximum)
    }
}
