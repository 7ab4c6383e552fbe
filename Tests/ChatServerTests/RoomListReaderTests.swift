import ChatCore
import Synchronization
import Testing

@testable import ChatNode

@Suite("The list of rooms is read once for all", .patience)
struct RoomListReaderTests {
    /// A list that is read when the test says so, at a time that the test says.
    private final class Shelf: Sendable {
        let state = Mutex((readings: 0, now: ContinuousClock.now))
        let gate: AsyncStream<Void>
        let open: AsyncStream<Void>.Continuation

        init() { (self.gate, self.open) = AsyncStream.makeStream() }

        func reader() -> RoomListReader {
            RoomListReader(now: { self.state.withLock(\.now) }) { cursor, _ async throws(BrokerError) in
                self.state.withLock { $0.readings += 1 }
                for await _ in self.gate { break }
                return RoomPage(rooms: [], cursor: cursor)
            }
        }

        var readings: Int { self.state.withLock(\.readings) }
    }

    @Test func `those who ask at the same time, and within a second, share one reading`() async throws {
        let shelf = Shelf()
        let reader = shelf.reader()
        async let first = reader.page(after: nil, limit: 10)
        async let second = reader.page(after: nil, limit: 10)
        shelf.open.yield()
        _ = try await (first, second)
        _ = try await reader.page(after: nil, limit: 10)
        #expect(shelf.readings == 1)
        shelf.state.withLock { $0.now += RoomListReader.freshness }
        shelf.open.yield()
        _ = try await reader.page(after: nil, limit: 10)
        #expect(shelf.readings == 2)
    }

    @Test func `different pages are read one after the other, and so many wait and no more`() async throws {
        let shelf = Shelf()
        let reader = shelf.reader()
        let refusals = await withTaskGroup(of: Bool.self) { group in
            for limit in 1...RoomListReader.maximumPages + 5 {
                group.addTask { (try? await reader.page(after: nil, limit: limit)) == nil }
            }
            var refusals = 0
            // Who is refused is told so while the others wait for the first page.
            for _ in 0..<5 { refusals += await group.next() == true ? 1 : 0 }
            #expect(shelf.readings <= 1)
            for _ in 0..<RoomListReader.maximumPages { shelf.open.yield() }
            for await isRefused in group { refusals += isRefused ? 1 : 0 }
            return refusals
        }
        #expect(refusals == 5)
        #expect(shelf.readings == RoomListReader.maximumPages)
    }
}
