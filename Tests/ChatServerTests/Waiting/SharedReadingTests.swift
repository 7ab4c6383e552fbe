import Testing

@testable import ChatNode

/// What many ask for is read once, and never before it was asked for.
@Suite(.patience)
struct SharedReadingTests {
    /// One actor's readings: the number of the reading is what is read.
    private actor Reader {
        private let shared = SharedReading<Int>()
        private let open = Signal()
        private(set) var begun = 0
        private(set) var asked = 0

        func value() async -> Int {
            self.asked += 1
            return await self.shared.value {
                self.begun += 1
                let number = self.begun
                await self.open.raised()
                return number
            }
        }

        /// Lets the reading end that goes on.
        func end() { self.open.raise() }
    }

    private func until(_ condition: () async -> Bool) async { while await !condition() { await Task.yield() } }

    @Test func `one who asks alone reads`() async {
        let reader = Reader()
        async let value = reader.value()
        await self.until { await reader.begun == 1 }
        await reader.end()
        #expect(await value == 1)
        async let next = reader.value()
        await self.until { await reader.begun == 2 }
        await reader.end()
        #expect(await next == 2)
    }

    @Test func `all who ask while a reading goes on share the next one`() async {
        let reader = Reader()
        async let first = reader.value()
        await self.until { await reader.begun == 1 }
        let later = await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { await reader.value() } }
            await self.until { await reader.asked == 101 }
            await reader.end()
            await self.until { await reader.begun == 2 }
            await reader.end()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await first == 1)
        #expect(later == Array(repeating: 2, count: 100))
        #expect(await reader.begun == 2)
    }

    @Test func `a signal lets go who waits now, and nobody who comes later`() async {
        let reader = Reader()
        async let first = reader.value()
        await self.until { await reader.begun == 1 }
        await reader.end()
        _ = await first
        // Raised while nobody waited.
        await reader.end()
        async let second = reader.value()
        await self.until { await reader.begun == 2 }
        await reader.end()
        #expect(await second == 2)
    }
}
