import ChatCore
import NIOCore
import Testing
import TestSupport

@testable import ChatMemory

@Suite(.patience) struct MemoryLogTests {
    private let samples: Samples
    private var limits = LogLimits()
    private var log: MemoryLog
    private var now = 1_700_000_000_000

    init() throws {
        self.samples = try Samples()
        self.limits.messages = 10
        self.limits.retention = .seconds(100)
        self.limits.deduplication = .seconds(50)
        self.log = MemoryLog(room: self.samples.lobby, epoch: self.samples.epoch)
    }

    @discardableResult
    private mutating func append(
        _ text: String,
        by user: User? = nil,
        key: String? = nil
    ) throws -> (Receipt, Publication?) {
        self.log.append(try self.samples.draft(text, by: user, key: key), now: self.now, limits: self.limits)
    }

    // MARK: Keeping

    @Test mutating func `messages are numbered from 1 and stored whole`() throws {
        let (receipt, publication) = try self.append("안녕", key: "k")
        #expect(receipt == Receipt(position: self.samples.position(1), time: self.now, isDuplicate: false))
        let stored = try #require(publication)
        let json = try JSONValue(stored.payload)
        #expect(json["seq"] == .integer(1) && json["time"] == .integer(self.now) && json["text"] == .string("안녕"))
        #expect(try self.append("b").0.position == self.samples.position(2))
        #expect(self.log.head == self.samples.position(2))
        #expect(self.log.lastTime == self.now)
    }

    @Test mutating func `the newest messages are kept`() throws {
        for seq in 1...25 {
            try self.append("\(seq)")
            let page = self.log.page(after: 0, limit: 100)
            #expect(page.first == max(1, seq - 9) && page.head == seq)
            #expect(page.publications.map(\.position.seq) == Array(page.first...seq))
        }
    }

    @Test mutating func `the log goes after the last message's time, the numbers go on`() throws {
        for seq in 1...3 { try self.append("\(seq)") }
        self.now += 100_000
        self.log.forget(self.now, self.limits)
        #expect(self.log.page(after: 0, limit: 10).publications.count == 3)
        self.now += 1
        self.log.forget(self.now, self.limits)
        let page = self.log.page(after: 0, limit: 10)
        #expect(page.publications.isEmpty && page.first == 4 && page.head == 3)
        #expect(try self.append("4").0.position == self.samples.position(4))
        #expect(self.log.page(after: 0, limit: 10).publications.map(\.position.seq) == [4])
    }

    @Test mutating func `every message lets the time begin anew`() throws {
        for seq in 1...5 {
            try self.append("\(seq)")
            self.now += 99_000
        }
        self.log.forget(self.now, self.limits)
        #expect(self.log.page(after: 0, limit: 10).publications.count == 5)
    }

    @Test mutating func `an unused log may be forgotten, a used one twice its time later`() throws {
        #expect(self.log.isForgotten(self.now, self.limits))
        try self.append("1")
        self.now += 200_000
        #expect(!self.log.isForgotten(self.now, self.limits))
        self.now += 1
        #expect(self.log.isForgotten(self.now, self.limits))
    }

    // MARK: Keys

    @Test mutating func `a repeated key gives the first receipt`() throws {
        let first = try self.append("a", key: "k").0
        self.now += 50_000
        let (again, publication) = try self.append("a", key: "k")
        #expect(again == Receipt(position: first.position, time: first.time, isDuplicate: true))
        #expect(publication == nil)
        #expect(self.log.head.seq == 1)
    }

    @Test mutating func `a key is forgotten after its time, counted from its first use`() throws {
        try self.append("a", key: "k")
        self.now += 30_000
        #expect(try self.append("a", key: "k").0.isDuplicate)
        self.now += 20_001
        #expect(
            try self.append("a", key: "k").0
                == Receipt(position: self.samples.position(2), time: self.now, isDuplicate: false)
        )
        #expect(try self.append("a", key: "k").0.isDuplicate)
    }

    @Test mutating func `a key outlives its message`() throws {
        try self.append("a", key: "k")
        for seq in 2...20 { try self.append("\(seq)") }
        #expect(self.log.page(after: 0, limit: 10).first == 11)
        #expect(try self.append("a", key: "k").0.position.seq == 1)
    }

    @Test mutating func `a key belongs to its sender`() throws {
        try self.append("a", by: self.samples.mina, key: "k")
        let other = try self.append("b", by: self.samples.juno, key: "k").0
        #expect(!other.isDuplicate && other.position.seq == 2)
        #expect(try self.append("b", by: self.samples.juno, key: "k").0.position.seq == 2)
        #expect(try self.append("a", by: self.samples.mina, key: "k").0.position.seq == 1)
        #expect(!(try self.append("a", by: self.samples.mina, key: "K").0.isDuplicate))
    }

    @Test mutating func `so many keys are remembered and no more`() throws {
        let count = KeyMemory.maximum
        for key in 0...count { try self.append("x", key: "\(key)") }
        #expect(try self.append("x", key: "\(count)").0.isDuplicate)
        #expect(try self.append("x", key: "1").0.isDuplicate)
        #expect(!(try self.append("x", key: "0").0.isDuplicate))
    }

    // MARK: Pages

    @Test mutating func `pages after and before are right at every position`() throws {
        for seq in 1...14 { try self.append("\(seq)") }
        let kept = Array(5...14)
        for limit in [1, 2, 3, 9, 10, 11, 100] {
            for seq in 0...20 {
                let after = self.log.page(after: seq, limit: limit)
                #expect(after.publications.map(\.position.seq) == Array(kept.filter { $0 > seq }.prefix(limit)))
                let before = self.log.page(before: seq, limit: limit)
                #expect(before.publications.map(\.position.seq) == Array(kept.filter { $0 < seq }.suffix(limit)))
                for page in [after, before] {
                    #expect(page.first == 5 && page.head == 14 && page.epoch == self.samples.epoch)
                    #expect(page.hasOlder == page.publications.first.map { $0.position.seq > 5 } ?? false)
                }
            }
            let newest = self.log.page(before: nil, limit: limit)
            #expect(newest.publications.map(\.position.seq) == Array(kept.suffix(limit)))
            #expect(self.log.page(before: .max, limit: limit) == newest)
        }
    }

    @Test func `a number beyond any log has nothing after it`() {
        #expect(self.log.page(after: .max, limit: 10).publications.isEmpty)
        #expect(self.log.page(before: .max, limit: 10).publications.isEmpty)
    }

    @Test func `an empty log has empty pages`() {
        for page in [
            self.log.page(after: 0, limit: 5), self.log.page(before: nil, limit: 5), self.log.page(before: 0, limit: 5),
        ] {
            #expect(page == LogPage(epoch: self.samples.epoch, first: 1, head: 0, publications: []))
            #expect(!page.hasOlder)
        }
    }

    @Test(arguments: [-1, 0, 1])
    mutating func `a page has so many bytes and no more`(surplus: Int) throws {
        let frame = try #require(try self.append("").1).payload.readableBytes
        // Four messages fill a page, but for the surplus of the last one.
        for seq in 2...9 {
            let extra = seq % 4 == 1 ? surplus : 0
            try self.append(String(repeating: "x", count: LogPage.maximumBytes / 4 - frame + extra))
        }
        let after = self.log.page(after: 1, limit: 100)
        #expect(after.publications.map(\.position.seq) == (surplus > 0 ? [2, 3, 4] : [2, 3, 4, 5]))
        let before = self.log.page(before: nil, limit: 100)
        #expect(before.publications.map(\.position.seq) == (surplus > 0 ? [7, 8, 9] : [6, 7, 8, 9]))
        #expect(before.hasOlder)
    }

    @Test mutating func `one message always fits`() throws {
        try self.append("small")
        try self.append(String(repeating: "x", count: LogPage.maximumBytes + 1))
        try self.append("small")
        #expect(self.log.page(after: 0, limit: 9).publications.map(\.position.seq) == [1])
        #expect(self.log.page(after: 1, limit: 9).publications.map(\.position.seq) == [2])
        #expect(self.log.page(before: nil, limit: 9).publications.map(\.position.seq) == [3])
        #expect(self.log.page(before: 3, limit: 9).publications.map(\.position.seq) == [2])
    }
}
