import ChatCore
import TestSupport
import Testing

@testable import ChatNode
@testable import ChatServer

/// A node goes away while others stay, or before it has told its clients.
@Suite("A node that leaves", .patience)
struct LeavingNodeTests {
    /// Runs a server until the scope says so: the returned function ends it.
    private func withServers(
        leaving: [String: String],
        staying: [String: String],
        _ body: (_ leaving: TestServer, _ staying: TestServer, _ leave: () -> Void) async throws -> Void
    ) async throws {
        try await TestServer.with(staying) { staying in
            let (servers, started) = AsyncStream<TestServer>.makeStream()
            let (ends, end) = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await TestServer.with(leaving) { server in
                        started.yield(server)
                        for await _ in ends { break }
                    }
                }
                var iterator = servers.makeAsyncIterator()
                let leaving = try #require(await iterator.next())
                try await body(leaving, staying) { end.yield() }
                try await group.waitForAll()
            }
        }
    }

    @Test func `of its members those have left who did not come back elsewhere in time, and nobody else`() async throws
    {
        try await RedisServerProcess.with { redis in
            // Of so few members, whoever has just come and loses a connection would leave at once. For the return there is
            // the usual time, of which nobody needs so much.
            let settings = [
                "redis": redis.url, "limits.presence-seconds": "30", "limits.members": "4",
                "limits.lease-seconds": "42",
            ]
            try await self.withServers(leaving: settings, staying: settings) { leaving, staying, leave in
                try await staying.withClient("/ws?room=lobby&name=Juno") { juno in
                    _ = try await juno.next("ok")
                    try await leaving.withClient("/ws?room=lobby&name=Jonas") { jonas in
                        _ = try await jonas.next("ok")
                        try await leaving.withClient("/ws?room=lobby&name=Mina") { mina in
                            let welcome = try await mina.next("welcome")
                            _ = try await mina.next("ok")
                            let session = try #require(welcome["session"]?.string)
                            leave()
                            _ = try await mina.next("closing")
                            try await staying.withClient("/ws") { back in
                                try await back.send(#"{"type":"hello","session":"\#(session)"}"#)
                                _ = try await back.call(1, #"{"type":"join","room":"lobby"}"#)
                                #expect(try await mina.closeCode() == 1012)
                                #expect(try await jonas.closeCode() == 1012)
                                let left = try await juno.next("left")
                                #expect(left["user"]?["name"]?.string == "Jonas")
                                #expect(left["member_count"]?.integer == 2)
                                let members = try await juno.call(1, #"{"type":"members","room":"lobby"}"#)
                                let names = members["members"]?.array?.compactMap { $0["name"]?.string } ?? []
                                #expect(Set(names) == ["Juno", "Mina"])
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func `each of many clients is told a time of its own`() async throws {
        try await self.withServers(leaving: ["threads": "2", "unlimited": "true"], staying: [:]) { leaving, _, leave in
            let clients = 40
            let times = try await withThrowingTaskGroup(of: Int.self) { group in
                let (joins, joined) = AsyncStream<Void>.makeStream()
                for number in 0..<clients {
                    group.addTask {
                        try await leaving.withClient("/ws?room=lobby&name=N\(number)") { client in
                            _ = try await client.next("ok")
                            joined.yield()
                            let closing = try await client.next("closing")
                            #expect(try await client.closeCode() == 1012)
                            return try #require(closing["reconnect_ms"]?.integer)
                        }
                    }
                }
                var count = 0
                for await _ in joins {
                    count += 1
                    if count == clients { break }
                }
                leave()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(times.allSatisfy { (100..<2100).contains($0) })
            // In each half second as many as in any other, but for one or two of each loop.
            let slices = Dictionary(grouping: times) { ($0 - 100) / 500 }.mapValues(\.count)
            #expect(slices.count == 4 && slices.values.allSatisfy { (6...14).contains($0) })
        }
    }

    @Test func `until the delay is over it serves as before, and is not ready`() async throws {
        struct Seen: Error {}
        await #expect(throws: Seen.self) {
            try await TestServer.with(["drain-delay": "3600"]) { server in
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    await server.beginShutdown()
                    try await eventually { try await server.request("GET", "/readyz").status == 503 }
                    #expect(try await server.request("GET", "/api/status").body?["state"]?.string == "draining")
                    try await server.withClient("/ws?room=lobby&name=Juno") { juno in
                        _ = try await juno.next("ok")
                        let sent = try await mina.call(1, #"{"type":"send","room":"lobby","text":"still here"}"#)
                        #expect(sent["type"]?.string == "ok")
                        #expect(try await juno.next("message")["text"]?.string == "still here")
                    }
                }
                throw Seen()
            }
        }
    }

    @Test func `when the delay is over it ends`() async throws {
        try await TestServer.with(["drain-delay": "1"]) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                await server.beginShutdown()
                #expect(try await mina.next("closing")["code"]?.integer == 1012)
            }
        }
    }
}
