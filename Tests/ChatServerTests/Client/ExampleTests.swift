import ExampleClient
import ExampleServer
import Testing

/// The code of `Examples` that other programs begin with.
@Suite("The examples in Swift", .patience) struct ExampleTests {
    @Test func `a program runs a chat in its own process and talks there`() async throws {
        try await withChat { port in
            let (lines, shown) = AsyncStream<String>.makeStream()
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { shown.finish() }
                    try await talk(at: "ws://127.0.0.1:\(port)", as: "Mina") { shown.yield($0) }
                }
                #expect(await lines.first { _ in true } == "Mina: hello")
                group.cancelAll()
            }
        }
    }
}
