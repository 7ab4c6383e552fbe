import ChatCore
import NIOCore
import NIOPosix
import Testing
import TestSupport

@Suite(.patience)
struct DrainTests {
    @Test func `a room that cannot be opened is refused, and nothing of it is left when the node ends`() async throws {
        try await TestServer.with(broker: RefusingBroker()) { server in
            try await server.withClient { client in
                for id in 1...3 {
                    let answer = try await client.call(id, #"{"type":"join","room":"lobby"}"#)
                    #expect(answer["code"]?.string == "unavailable")
                }
            }
        }
    }

    @Test(arguments: [
        "", "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ])
    func `a connection that asks for nothing whole does not hold up the end`(request: String) async throws {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.patient)
        let channel = try await TestServer.with { server in
            let channel = try await bootstrap.connect(host: "127.0.0.1", port: server.port).get()
            try await channel.writeAndFlush(ByteBuffer(string: request)).get()
            // The server has it when it answers one that came later.
            _ = try await server.request("GET", "/healthz")
            return channel
        }
        // The scope, and with it the server, has ended; within the time limit of a minute and of its own accord.
        try? await channel.close().get()
    }

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
                    #expect((100..<2100).contains(closing["reconnect_ms"]?.integer ?? 0))
                    #expect(try await client.closeCode() == 1012)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a node that shuts down waits for who has not taken all that is left`() async throws {
        let (messages, text) = (1500, String(repeating: "x", count: 8000))
        let (stages, continuation) = AsyncStream<Void>.makeStream()
        let (servers, started) = AsyncStream<TestServer>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await TestServer.with(["unlimited": "true", "limits.outbound-bytes": "100000000"]) { server in
                    started.yield(server)
                    for await _ in stages { break }
                }
            }
            group.addTask {
                var iterator = servers.makeAsyncIterator()
                let server = try #require(await iterator.next())
                try await server.withClient("/ws?room=lobby&name=Slow") { slow in
                    _ = try await slow.next("ok")
                    try await slow.stopReading()
                    try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                        _ = try await mina.next("ok")
                        for id in 1...messages {
                            _ = try await mina.call(id, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                        }
                        continuation.yield()
                        #expect(try await mina.closeCode() == 1012)
                    }
                    try await slow.resumeReading()
                    for _ in 1...messages { _ = try await slow.next("message") }
                    #expect(try await slow.closeCode() == 1012)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a node that shuts down lets the lease of its members end with a grace after their returns`()
        async throws
    {
        let broker = LossyBroker()
        try await TestServer.with(["limits.presence-seconds": "3000"], broker: broker) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { _ = try await $0.next("ok") }
        }
        #expect(broker.releases == [.milliseconds(100 + 2000 + 500) + .seconds(3000)])
    }
}
