import ChatCore
import ChatMemory
import Testing
import TestSupport

/// What ends a stream, and who gets none.
@Suite(.patience)
struct StreamEndTests {
    private let path = "/api/rooms/lobby/events"

    private func bearer(_ token: String) -> [String: String] { ["Authorization": "Bearer \(token)"] }

    @Test func `where tokens are needed a stream needs one with the right live`() async throws {
        try await TokenServer.with { server in
            try await server.withStream(self.path) { stream in
                #expect(stream.answer.status == 401 && stream.answer.fields["www-authenticate"] == "Bearer")
            }
            let mute = TokenServer.token("mina", rooms: #"{"*":["history"]}"#)
            try await server.withStream(self.path, headers: self.bearer(mute)) { #expect($0.answer.status == 403) }
            try await server.withStream(self.path, headers: self.bearer("x.y.z")) { #expect($0.answer.status == 401) }
        }
    }

    @Test func `whoever may not read the past is told what was missed`() async throws {
        try await TokenServer.with { server in
            let epoch = try await server.post(["one", "two"], token: TokenServer.token("juno"))
            let live = TokenServer.token("mina", rooms: #"{"*":["live"]}"#)
            try await server.withStream("\(self.path)?after=\(epoch)-0", headers: self.bearer(live)) { stream in
                #expect(try await stream.begun().seq == 2)
                let gap = try await stream.next("gap")
                #expect(gap.json?["from"]?.integer == 1 && gap.id == "\(epoch)-2")
                try await server.post(["three"], token: TokenServer.token("juno"))
                #expect(try await stream.texts(1) == ["three"])
            }
        }
    }

    @Test func `a stream ends with its token`() async throws {
        try await TokenServer.with { server in
            let token = TokenServer.token("mina", seconds: 30)
            try await server.withStream(self.path, headers: self.bearer(token)) { stream in
                _ = try await stream.begun()
                #expect(try await stream.next("closing").json?["code"]?.integer == 4002)
                #expect(await stream.hasEnded())
            }
        }
    }

    @Test func `a closed room ends its streams, and has no new ones`() async throws {
        try await Admin.withNodes { first, second, admin in
            try await second.withStream(self.path) { stream in
                _ = try await stream.begun()
                #expect(try await admin.order("close", #"{"room":"lobby"}"#) == 201)
                #expect(try await stream.next("removed").json?["code"]?.string == "room_closed")
                #expect(await stream.hasEnded())
            }
            try await first.withStream(self.path) { stream in
                #expect(stream.answer.status == 403 && stream.answer.body.contains("room_closed"))
            }
        }
    }

    @Test func `a ban of an address ends the streams from there`() async throws {
        try await Admin.withNodes { first, second, admin in
            try await second.withStream(self.path) { stream in
                _ = try await stream.begun()
                #expect(try await admin.order("ban", #"{"address":"127.0.0.1"}"#) == 201)
                #expect(try await stream.next("closing").json?["code"]?.integer == 4503)
                #expect(await stream.hasEnded())
            }
            try await first.withStream(self.path) { #expect($0.answer.status == 403) }
        }
    }

    @Test func `a node that shuts down tells its readers when to come back`() async throws {
        let (readers, begun) = AsyncStream<Void>.makeStream()
        let (servers, started) = AsyncStream<TestServer>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await TestServer.with { server in
                    started.yield(server)
                    for await _ in readers { break }
                }
            }
            group.addTask {
                var iterator = servers.makeAsyncIterator()
                let server = try #require(await iterator.next())
                try await server.withStream(self.path) { stream in
                    _ = try await stream.begun()
                    begun.yield()
                    let closing = try await stream.next("closing")
                    #expect(closing.json?["code"]?.integer == 1012)
                    let retry = try #require(await stream.next()?.retry)
                    #expect((100...2000).contains(retry))
                    #expect(await stream.hasEnded())
                }
            }
            try await group.waitForAll()
        }
    }
}
