import BrokerContract
import ChatCore
import ChatFiles
import Foundation
import NIOCore
import TestSupport
import Testing

/// Exercise 6: the broker on plain files.
@Suite(.timeLimit(.minutes(10))) struct FileBrokerTests {
    private let folder: TemporaryFolder
    private let lobby: RoomName
    private let samples: Samples

    init() throws {
        self.folder = try TemporaryFolder()
        self.samples = try Samples()
        self.lobby = self.samples.lobby
    }

    /// A broker on the folder, as after a start of the process.
    private func open() throws -> FileBroker {
        try FileBroker(folder: self.folder.url, limits: BrokerClause.limits.log) {
            Int(Date().timeIntervalSince1970 * 1000)
        }
    }

    @discardableResult
    private func say(
        _ text: String,
        in room: RoomName? = nil,
        key: String? = nil,
        on broker: FileBroker
    ) async throws
        -> Receipt
    {
        try await broker.publish([self.samples.draft(text, to: room, key: key)])[0].get()
    }

    private func texts(on broker: FileBroker, in room: RoomName? = nil) async throws -> [String?] {
        try await broker.log(room ?? self.lobby, after: 0, limit: 1000).publications.map {
            try JSONValue($0.payload)["text"]?.string
        }
    }

    // The one test that also passes at the beginning: it has to go on doing so.
    @Test(arguments: BrokerClause.all)
    func `it keeps what every broker promises`(clause: BrokerClause) async throws {
        try await clause.check(self.open())
    }

    @Test func `what was said is there after a restart, with its numbers and times`() async throws {
        let before = try self.open()
        var receipts: [Receipt] = []
        for text in ["하나", "\"two\"\n lines", "three"] { receipts.append(try await self.say(text, on: before)) }
        let page = try await before.log(self.lobby, after: 0, limit: 10)
        let after = try self.open()
        #expect(try await after.log(self.lobby, after: 0, limit: 10) == page)
        let head = try await after.subscribe(self.lobby, CollectingSubscriber())
        #expect(head == receipts[2].position && head.time == receipts[2].time)
        let next = try await self.say("four", on: after)
        #expect(next.position == LogPosition(epoch: head.epoch, seq: 4))
        #expect(try await after.rooms(after: nil, limit: 10).rooms.map(\.seq) == [4])
    }

    @Test func `a message that is sent again after a restart is stored once`() async throws {
        let first = try await self.say("once", key: "k1", on: self.open())
        let broker = try self.open()
        let second = try await self.say("once", key: "k1", on: broker)
        #expect(second.isDuplicate && second.position == first.position && second.time == first.time)
        #expect(try await self.texts(on: broker) == ["once"])
        // Another user's key is another one.
        let other = try self.samples.draft("mine", by: self.samples.juno, key: "k1")
        #expect(try await broker.publish([other])[0].get().isDuplicate == false)
    }

    @Test func `a deleted text is in no file, and stays deleted`() async throws {
        let broker = try self.open()
        try await self.say("a secret", on: broker)
        try await self.say("the rest", on: broker)
        _ = try await broker.delete(Deletion(room: self.lobby, seq: 1, epoch: nil, user: self.samples.juno))
        #expect(try self.folder.contains("the rest") && !self.folder.contains("secret"))
        let again = try self.open()
        let page = try await again.log(self.lobby, after: 0, limit: 10)
        #expect(page == (try await broker.log(self.lobby, after: 0, limit: 10)) && page.head == 3)
    }

    @Test func `a room that was cleared begins anew, also after a restart`() async throws {
        let broker = try self.open()
        let receipt = try await self.say("a secret", key: "k1", on: broker)
        try await broker.clear(self.lobby)
        #expect(try !self.folder.contains("secret"))
        let again = try self.open()
        #expect(try await self.texts(on: again) == [])
        let next = try await self.say("a secret", key: "k1", on: again)
        #expect(next.position.seq == 1 && next.position.epoch != receipt.position.epoch && !next.isDuplicate)
    }

    @Test(arguments: [1, 10, 40])
    func `of a line that was not written to its end, nothing is left`(missing: Int) async throws {
        let broker = try self.open()
        for text in ["one", "two", "three"] { try await self.say(text, on: broker) }
        // As when the machine went out in the middle of it.
        try self.folder.cutLongestFile(by: missing)
        let again = try self.open()
        #expect(try await self.texts(on: again) == ["one", "two"])
        #expect(try await self.say("another", on: again).position.seq == 3)
        #expect(try await self.texts(on: self.open()) == ["one", "two", "another"])
    }

    @Test func `files do not grow with everything that was ever said`() async throws {
        let broker = try self.open()
        let kept = BrokerClause.logMessages
        for number in 1...(20 * kept) { try await self.say("\(number)", on: broker) }
        let again = try self.open()
        #expect(try await self.texts(on: again) == (19 * kept + 1...20 * kept).map { "\($0)" })
        // A message has some 150 bytes.
        #expect(try self.folder.bytes < 5 * kept * 200)
    }

    @Test func `rooms whose names are alike have logs of their own`() async throws {
        let names = ["lobby", "Lobby", "a.log", "a..log", "래블업", String(repeating: "래", count: 64)]
        let rooms = try names.map { try RoomName($0) }
        let broker = try self.open()
        for room in rooms { try await self.say(room.rawValue, in: room, on: broker) }
        let again = try self.open()
        for room in rooms { #expect(try await self.texts(on: again, in: room) == [room.rawValue]) }
        #expect(try await again.rooms(after: nil, limit: 100).rooms.map(\.room) == rooms.sorted())
    }
}
