import ChatCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DrainTests {
    @Test func `a node that shuts down tells its clients to come back and closes with 1012`() async throws {
        let (clients, connected) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (servers, continuation) = AsyncStream<TestServer>.makeStream()
            group.addTask {
                try await TestServer.with { server in
                    continuation.yield(server)
                    // The scope, and with it the server, ends when the client is in its room.
                    for await _ in clients { break }
                }
            }
            group.addTask {
                var iterator = servers.makeAsyncIterator()
                let server = try #require(await iterator.next())
                try await server.withClient("/ws?room=lobby&name=Mina") { client in
                    _ = try await client.next("ok")
                    connected.yield()
                    let closing = try await client.next("closing")
                    #expect(closing["code"]?.integer == 1012)
                    #expect((100...2000).contains(closing["reconnect_ms"]?.integer ?? 0))
                    #expect(try await client.closeCode() == 1012)
                }
            }
            try await group.waitForAll()
        }
    }
}
