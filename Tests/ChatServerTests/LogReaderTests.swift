import ChatCore
import NIOCore
import Synchronization
import Testing

@testable import ChatServer

@Suite(.timeLimit(.minutes(1)))
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
        let reader = LogReader { room, start, limit async throws(BrokerError) in
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
        let reader = LogReader { _, start, _ async throws(BrokerError) in
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
        let reader = LogReader { _, _, _ async throws(BrokerError) in
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            if attempt == 1 { throw BrokerError("away") }
            return page
        }
        let room = try RoomName("lobby")
        await #expect(throws: BrokerError("away")) { try await reader.page(room, after: 0, known: Self.position(0)) }
        #expect(try await reader.page(room, after: 0, known: Self.position(0)) == page)
    }

    /// A log whose readings wait, and answer what it was when they began.
    private actor MovingLog {
        private var head: LogPosition
        private(set) var readings = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var isOpen = false

        init(_ head: LogPosition) { self.head = head }

        func move(to position: LogPosition) { self.head = position }

        func read() async -> LogPage {
            self.readings += 1
            let head = self.head
            if !self.isOpen { await withCheckedContinuation { self.waiting.append($0) } }
            return LogPage(epoch: head.epoch, first: 1, head: head.seq, publications: [])
        }

        func open() {
            self.isOpen = true
            for continuation in self.waiting { continuation.resume() }
            self.waiting = []
        }
    }

    @Test(arguments: ["abcdefgh", "otherepoch"])
    func `a reading that began before the log came to what a member has is not shared`(epoch: String) async throws {
        let (log, room) = (MovingLog(try Self.position(4)), try RoomName("lobby"))
        let reader = LogReader { _, _, _ async throws(BrokerError) in await log.read() }
        let early = Task { try await reader.page(room, after: 0, known: Self.position(4)) }
        while await log.readings < 1 { await Task.yield() }
        // The message is stored while the reading is under way, and reaches its reader by another node.
        let known = LogPosition(epoch: try Epoch(epoch), seq: 5)
        await log.move(to: known)
        let late = (0..<100).map { _ in Task { try await reader.page(room, after: 5, known: known) } }
        for _ in 0..<1000 { await Task.yield() }
        await log.open()
        #expect(try await early.value.head == 4)
        for task in late {
            let page = try await task.value
            #expect(page.epoch == known.epoch && page.head == 5)
        }
        // Those who came late share what was read anew.
        #expect(await log.readings < 10)
    }
}
