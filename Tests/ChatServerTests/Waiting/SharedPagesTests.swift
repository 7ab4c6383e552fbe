import ChatCore
import Testing

@testable import ChatNode

/// Many requests for one page are two readings, and nobody gets an older page than they asked for.
@Suite(.patience)
struct SharedPagesTests {
    /// A store whose page is the number of its reading, which goes on when it is let.
    private actor Store {
        private let open = Signal()
        private(set) var begun: [String: Int] = [:]

        func read(_ key: String) async throws(BrokerError) -> Int {
            self.begun[key, default: 0] += 1
            let number = self.begun[key] ?? 0
            await self.open.raised()
            if key == "broken" { throw BrokerError(.away, "nothing is there") }
            return number
        }

        /// Lets all readings end that go on.
        func end() { self.open.raise() }
    }

    private let store: Store
    private let pages: SharedPages<String, Int>

    init() {
        let store = Store()
        self.store = store
        self.pages = SharedPages { key async throws(BrokerError) in try await store.read(key) }
    }

    private func until(_ condition: () async -> Bool) async { while await !condition() { await Task.yield() } }

    private func readings(of key: String) async -> Int { await self.store.begun[key] ?? 0 }

    /// Asks for a page a hundred times while it is being read; gives what they got.
    private func ask(for key: String) async -> (first: Int?, later: [Int?]) {
        async let first = try? self.pages.page(key)
        await self.until { await self.readings(of: key) == 1 }
        let later = await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { try? await self.pages.page(key) } }
            await self.until { await self.pages.waiting == 101 }
            await self.store.end()
            await self.until { await self.readings(of: key) == 2 }
            await self.store.end()
            return await group.reduce(into: []) { $0.append($1) }
        }
        return (await first, later)
    }

    @Test func `all who ask while a page is read share the next reading`() async {
        let got = await self.ask(for: "lobby")
        #expect(got.first == 1)
        #expect(got.later == Array(repeating: 2, count: 100))
        #expect(await self.readings(of: "lobby") == 2)
        #expect(await self.pages.isEmpty)
    }

    @Test func `who shares a reading that fails is told so`() async {
        let got = await self.ask(for: "broken")
        #expect(got.first == nil)
        #expect(got.later == Array(repeating: nil, count: 100))
        #expect(await self.readings(of: "broken") == 2)
        #expect(await self.pages.isEmpty)
    }

    @Test func `different pages are read side by side`() async {
        async let lobby = try? self.pages.page("lobby")
        async let tea = try? self.pages.page("tea")
        await self.until { await self.store.begun.count == 2 }
        await self.until {
            await self.store.end()
            return await self.pages.waiting == 0
        }
        #expect(await lobby == 1)
        #expect(await tea == 1)
    }
}
