import ChatCore
import NIOCore
import Synchronization
import Testing

@testable import ChatNode

@Suite(.patience)
struct LogReaderTests {
    /// A log whose readings wait until they are let go, and are counted.
    private final class SlowLog: Sendable {
        let starts = Mutex<[Int]>([])
        private let gate: AsyncStream<Void>
        private let opener: AsyncStream<Void>.Continuation
        private let page: LogPage

        init() throws {
            (self.gate, self.opener) = AsyncStream.makeStream()
            self.page = LogPage(epoch: try Epoch("abcdefgh"), first: 1, head: 0, publications: [])
        }

        func read(_ room: RoomName, _ start: Int, _ limit: Int) async throws(BrokerError) -> LogPage {
            self.starts.withLock { $0.append(start) }
            for await _ in self.gate { break }
            return self.page
        }

        /// Lets every reading end, those that begin later too.
        func open() { self.opener.finish() }
    }

    private static func position(_ seq: Int) throws -> LogPosition {
        LogPosition(epoch: try Epoch("abcdefgh"), seq: seq)
    }

    @Test func `a thousand members that resume at once read each page once`() async throws {
        let log = try SlowLog()
        let reader = ReplayPages { room, start, limit async throws(BrokerError) in
            try await log.read(room, start, limit)
        }
        let room = try RoomName("lobby")
        try await withThrowingTaskGroup(of: LogPage.self) { group in
            let known = try Self.position(0)
            for member in 0..<1000 {
                group.addTask { try await reader.page(room, after: 256 + member % 200, known: known) }
            }
            // Both pages are asked for before one of them has come.
            while log.starts.withLock({ $0.count }) < 2 { await Task.yield() }
            for _ in 0..<1000 { await Task.yield() }
            log.open()
            try await group.waitForAll()
        }
        // Who asks when a page has come may have it read anew; nobody does while it is on its way.
        #expect(Set(log.starts.withLock { $0 }) == [256, 384])
    }

    @Test func `a page that large messages fill too early is read from the wanted place`() async throws {
        let epoch = try Epoch("abcdefgh")
        // Each page holds three messages of two hundred.
        let reader = ReplayPages { _, start, _ async throws(BrokerError) in
            let messages = (start + 1...start + 3).map {
                Publication(position: LogPosition(epoch: epoch, seq: $0), payload: ByteBuffer())
            }
            return LogPage(epoch: epoch, first: 1, head: 200, publications: messages)
        }
        let page = try await reader.page(RoomName("lobby"), after: 150, known: Self.position(150))
        #expect(page.publications.map(\.position.seq) == [151, 152, 153])
    }

    @Test func `a page that could not be read is asked for again by the next`() async throws {
        let attempts = Mutex(0)
        let page = LogPage(epoch: try Epoch("abcdefgh"), first: 1, head: 0, publications: [])
        let reader = ReplayPages { _, _, _ async throws(BrokerError) in
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            if attempt == 1 { throw BrokerError(.away, "away") }
            return page
        }
        let room = try RoomName("lobby")
        await #expect(throws: BrokerError(.away, "away")) {
            try await reader.page(room, after: 0, known: Self.position(0))
        }
        #expect(try await reader.page(room, after: 0, known: Self.position(0)) == page)
    }

    /// A log whose readings wait, and answer what it was when they began.
    private actor MovingLog {
        private var head: LogPosition
        private(set) var readings = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var isOpen = false
        /// How many have asked, or are about to.
        let asking = Mutex(0)

        init(_ head: LogPosition) { self.head = head }

        func move(to position: LogPosition) { self.head = position }

        func read() async -> LogPage {
            self.readings += 1
            let head = self.head
            if !self.isOpen { await withCheckedContinuation { self.waiting.append($0) } }
            return LogPage(epoch: head.epoch, first: 1, head: head.seq, publications: [])
        }

        /// Lets the readings end that are under way; those that begin later wait.
        func letGo() {
            for continuation in self.waiting { continuation.resume() }
            self.waiting = []
        }

        /// Lets every reading end.
        func open() {
            self.isOpen = true
            self.letGo()
        }
    }

    @Test(arguments: ["abcdefgh", "otherepoch"])
    func `a reading that began before the log came to what a member has is not shared`(epoch: String) async throws {
        let (log, room) = (MovingLog(try Self.position(4)), try RoomName("lobby"))
        let reader = ReplayPages { _, _, _ async throws(BrokerError) in await log.read() }
        let early = Task { try await reader.page(room, after: 0, known: Self.position(4)) }
        while await log.readings < 1 { await Task.yield() }
        // The message is stored while the reading is under way, and reaches its reader by another node.
        let known = LogPosition(epoch: try Epoch(epoch), seq: 5)
        await log.move(to: known)
        let late = (0..<100).map { _ in
            Task {
                log.asking.withLock { $0 += 1 }
                return try await reader.page(room, after: 5, known: known)
            }
        }
        while log.asking.withLock(\.self) < late.count { await Task.yield() }
        await log.letGo()
        // Who finds that the first reading began too early begins the second, which all others then wait for.
        while await log.readings < 2 { await Task.yield() }
        for _ in 0..<1000 { await Task.yield() }
        await log.open()
        #expect(try await early.value.head == 4)
        for task in late {
            let page = try await task.value
            #expect(page.epoch == known.epoch && page.head == 5)
        }
        // They share what was read anew; but for those whom the machine has kept from asking all the while.
        #expect(await log.readings < 10)
    }

    // MARK: What is kept

    /// A log of so many messages that counts how often it is read.
    private final class CountedLog: Sendable {
        let readings = Mutex(0)
        let epoch: Epoch
        private let count: Int
        var head: LogPosition { LogPosition(epoch: self.epoch, seq: self.count) }

        init(_ count: Int) throws {
            self.epoch = try Epoch("abcdefgh")
            self.count = count
        }

        func read(_ start: Int, _ limit: Int) -> LogPage {
            self.readings.withLock { $0 += 1 }
            let seqs = Array(start + 1..<self.count + 1).prefix(limit)
            return LogPage(
                epoch: self.epoch,
                first: 1,
                head: self.count,
                publications: seqs.map {
                    Publication(position: LogPosition(epoch: self.epoch, seq: $0), payload: ByteBuffer())
                }
            )
        }
    }

    private let room: RoomName
    private let start = ContinuousClock.now

    init() throws { self.room = try RoomName("lobby") }

    /// A reader whose time has begun.
    private func reader(of log: CountedLog) async -> ReplayPages {
        let reader = ReplayPages { _, start, limit async throws(BrokerError) in log.read(start, limit) }
        await reader.sweep(now: self.start)
        return reader
    }

    /// A page for a shard whose room stands at the log's head.
    private func page(_ reader: ReplayPages, _ log: CountedLog, after seq: Int) async throws -> LogPage {
        try await reader.page(self.room, after: seq, known: log.head, standing: log.head)
    }

    @Test func `a thousand members that come one after the other read each page once`() async throws {
        let log = try CountedLog(3 * ReplayPages.pageSize)
        let reader = await self.reader(of: log)
        for member in 0..<1000 {
            let seq = member % (3 * ReplayPages.pageSize)
            let page = try await self.page(reader, log, after: seq)
            #expect(page.publications.contains { $0.position.seq == seq + 1 })
        }
        #expect(log.readings.withLock(\.self) == 3)
    }

    @Test func `a page to which something can be added is read anew`() async throws {
        let log = try CountedLog(10)
        let reader = await self.reader(of: log)
        for _ in 0..<3 { _ = try await self.page(reader, log, after: 5) }
        #expect(log.readings.withLock(\.self) == 3)
    }

    @Test func `a page is kept for a moment only`() async throws {
        let log = try CountedLog(ReplayPages.pageSize)
        let reader = await self.reader(of: log)
        _ = try await self.page(reader, log, after: 0)
        await reader.sweep(now: self.start + .milliseconds(999))
        _ = try await self.page(reader, log, after: 0)
        #expect(log.readings.withLock(\.self) == 1)
        await reader.sweep(now: self.start + .seconds(1))
        _ = try await self.page(reader, log, after: 0)
        #expect(log.readings.withLock(\.self) == 2)
    }

    @Test func `a page of a log that is no more is read anew`() async throws {
        let log = try CountedLog(ReplayPages.pageSize)
        let reader = await self.reader(of: log)
        _ = try await self.page(reader, log, after: 0)
        let other = LogPosition(epoch: try Epoch("hgfedcba"), seq: 1)
        for _ in 0..<2 { _ = try await reader.page(self.room, after: 0, known: other, standing: other) }
        #expect(log.readings.withLock(\.self) == 3)
    }

    @Test func `a member that has more than the shard knows of gets a page that is read anew`() async throws {
        let log = try CountedLog(2 * ReplayPages.pageSize)
        let reader = await self.reader(of: log)
        _ = try await self.page(reader, log, after: 0)
        let more = LogPosition(epoch: log.epoch, seq: log.head.seq + 1)
        _ = try await reader.page(self.room, after: 0, known: more, standing: log.head)
        #expect(log.readings.withLock(\.self) == 2)
        // What the shard itself was handed is certain: the page need not have seen it.
        _ = try await reader.page(self.room, after: 0, known: more, standing: more)
        #expect(log.readings.withLock(\.self) == 2)
    }

    @Test func `a room whose message was deleted is read anew, and no other`() async throws {
        let log = try CountedLog(ReplayPages.pageSize)
        let reader = await self.reader(of: log)
        _ = try await self.page(reader, log, after: 0)
        await reader.forget(try RoomName("another"))
        _ = try await self.page(reader, log, after: 0)
        #expect(log.readings.withLock(\.self) == 1)
        await reader.forget(self.room)
        _ = try await self.page(reader, log, after: 0)
        #expect(log.readings.withLock(\.self) == 2)
    }

    @Test func `a bounded number of pages is kept`() async throws {
        let log = try CountedLog(ReplayPages.pageSize * (ReplayPages.keptPages + 2))
        let reader = await self.reader(of: log)
        for _ in 0..<2 {
            for page in 0..<ReplayPages.keptPages + 2 {
                _ = try await self.page(reader, log, after: page * ReplayPages.pageSize)
            }
        }
        #expect(log.readings.withLock(\.self) == ReplayPages.keptPages + 4)
    }
}
