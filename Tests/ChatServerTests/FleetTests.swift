import ChatCore
import ChatFleet
import TestSupport
import Testing

@testable import ChatNode
@testable import ChatServer

/// Two nodes over several Redis servers, with clients.
@Suite(.patience) struct FleetTests {
    /// Rooms whose homes are these servers.
    private func rooms(_ names: [String]) throws -> [String] {
        let rendezvous = Rendezvous(names)
        return try names.map { name in
            try #require((0...).lazy.map { "room-\($0)" }.first { rendezvous.homeName(of: $0) == name })
        }
    }

    @Test func `members of a lost server's rooms are told, and the others talk on`() async throws {
        let names = ["a", "b"]
        let rooms = try self.rooms(names)
        try await RedisServerProcess.with { first in
            try await RedisServerProcess.with { second in
                let settings = ["redis": "a=\(first.url),b=\(second.url)", "threads": "1"]
                try await TestServer.with(settings) { here in
                    try await TestServer.with(settings) { there in
                        try await self.lose(second, rooms, here, there)
                    }
                }
            }
        }
    }

    private func lose(
        _ lost: RedisServerProcess,
        _ rooms: [String],
        _ here: TestServer,
        _ there: TestServer
    ) async throws {
        for server in [here, there] { try await server.isReady() }
        try await here.withClient("/ws?name=Mina") { mina in
            _ = try await mina.next("welcome")
            try await there.withClient("/ws?name=Juno") { juno in
                _ = try await juno.next("welcome")
                for (number, room) in rooms.enumerated() {
                    let joined = try await mina.call(number + 1, #"{"type":"join","room":"\#(room)"}"#)
                    #expect(joined["type"]?.string == "ok")
                }
                #expect(try await juno.call(1, #"{"type":"join","room":"\#(rooms[0])"}"#)["type"]?.string == "ok")
                lost.kill()
                let status = try await mina.next("status")
                #expect(status["state"]?.string == "degraded")
                #expect(status["rooms"]?.array?.compactMap(\.string) == [rooms[1]])
                let refused = try await mina.call(7, #"{"type":"send","room":"\#(rooms[1])","text":"lost"}"#)
                #expect(refused["code"]?.string == "unavailable")
                let stored = try await mina.call(8, #"{"type":"send","room":"\#(rooms[0])","text":"kept"}"#)
                #expect(stored["type"]?.string == "ok")
                #expect(try await juno.next("message")["text"]?.string == "kept")
                #expect(try await here.request("GET", "/readyz").status == 200)
                #expect(try await here.request("GET", "/api/status").body?["state"]?.string == "degraded")
                try await lost.start()
                // It is empty, so that its members are told of a new log, and nobody else is.
                let told = try await mina.next(["status", "reset"])
                #expect(told["status"]?["state"]?.string == "ok")
                #expect(told["status"]?["rooms"]?.array?.compactMap(\.string) == [rooms[1]])
                #expect(told["reset"]?["room"]?.string == rooms[1])
                // Who is told so can speak: the server knows its rooms again.
                let back = try await mina.call(9, #"{"type":"send","room":"\#(rooms[1])","text":"back"}"#)
                #expect(back["type"]?.string == "ok" && back["seq"]?.integer == 1)
            }
        }
    }
}

extension FleetTests {
    /// A room that goes from one server to another with the longer list, or stays.
    private func room(_ homes: (String, String)) throws -> String {
        let (old, new) = (Rendezvous(["a", "b"]), Rendezvous(["a", "b", "c"]))
        return try #require(
            (0...).lazy.map { "room-\($0)" }
                .first { old.homeName(of: $0) == homes.0 && new.homeName(of: $0) == homes.1 }
        )
    }

    @Test func `members on a node with the older list are told that their room has moved, and no other is`()
        async throws
    {
        let (moves, stays) = (try self.room(("a", "c")), try self.room(("a", "a")))
        try await RedisServerProcess.with { first in
            try await RedisServerProcess.with { second in
                try await RedisServerProcess.with { third in
                    let list = "a=\(first.url),b=\(second.url)"
                    try await TestServer.with(["redis": list, "threads": "1"]) { here in
                        try await here.isReady()
                        try await here.withClient("/ws?name=Mina") { mina in
                            _ = try await mina.next("welcome")
                            for (number, room) in [moves, stays].enumerated() {
                                let joined = try await mina.call(number + 1, #"{"type":"join","room":"\#(room)"}"#)
                                #expect(joined["type"]?.string == "ok")
                            }
                            let longer = "c=\(third.url),\(list)"
                            try await TestServer.with(["redis": longer, "threads": "1", "unlimited": "true"]) { there in
                                try await self.move(moves, stays, &mina, to: there)
                            }
                        }
                    }
                }
            }
        }
    }

    private func move(
        _ moves: String,
        _ stays: String,
        _ mina: inout TestClient,
        to there: TestServer
    ) async throws {
        let status = try await mina.next("status")
        #expect(status["state"]?.string == "degraded")
        #expect(status["rooms"]?.array?.compactMap(\.string) == [moves])
        let refused = try await mina.call(7, #"{"type":"send","room":"\#(moves)","text":"x"}"#)
        #expect(refused["code"]?.string == "unavailable")
        try await there.isReady()
        try await there.withClient("/ws?name=Juno") { juno in
            _ = try await juno.next("welcome")
            // A room that moves is at no server for a moment.
            try await eventually {
                try await juno.call(1, #"{"type":"join","room":"\#(moves)"}"#)["type"]?.string == "ok"
            }
            let joined = try await juno.call(2, #"{"type":"join","room":"\#(stays)"}"#)
            #expect(joined["type"]?.string == "ok" && joined["members"]?.array?.count == 2)
            let moved = try await juno.call(3, #"{"type":"send","room":"\#(moves)","text":"x"}"#)
            #expect(moved["type"]?.string == "ok" && moved["seq"]?.integer == 1)
        }
        let stored = try await mina.call(8, #"{"type":"send","room":"\#(stays)","text":"here"}"#)
        #expect(stored["type"]?.string == "ok")
    }
}

extension TestClient {
    /// The next message of each of these types, in whatever order they come.
    fileprivate mutating func next(_ types: Set<String>) async throws -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        while found.count < types.count {
            guard case .message(let message) = try await self.receive(), let type = message["type"]?.string,
                types.contains(type), found[type] == nil
            else { continue }
            found[type] = message
        }
        return found
    }
}

extension TestServer {
    /// Returns when the node can serve rooms.
    fileprivate func isReady() async throws {
        try await eventually { try await self.request("GET", "/readyz").status == 200 }
    }
}
