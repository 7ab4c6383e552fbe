import ChatCore
import TestSupport
import Testing

/// What moderators decide, as requests over HTTP meet it.
@Suite(.patience) struct RequestRulingTests {
    /// Asks until the status is as it should be: a ruling holds on every node, a moment later.
    private func ask(_ server: TestServer, _ path: String, until status: Int) async throws -> Admin.Answer {
        try await eventually(get: {
            let answer = try await server.request("GET", path)
            return answer.status == status ? answer : nil
        })
    }

    @Test func `who is banned from the server is told nothing of its rooms and its state, and its health goes on`()
        async throws
    {
        try await Admin.withNodes { first, second, admin in
            #expect(try await admin.order("ban", #"{"address":"127.0.0.1","reason":"spam"}"#) == 201)
            for server in [first, second] {
                for path in ["/api/rooms", "/api/status"] {
                    let answer = try await self.ask(server, path, until: 403)
                    #expect(answer.body?["error"]?["code"]?.string == "banned", "\(path)")
                    #expect(answer.body?["error"]?["reason"]?.string == "spam", "\(path)")
                }
                for path in ["/healthz", "/readyz"] {
                    #expect(try await server.request("GET", path).status == 200, "\(path)")
                }
            }
            #expect(try await admin.order("unban", #"{"address":"127.0.0.1"}"#) == 200)
            for server in [first, second] {
                for path in ["/api/rooms", "/api/status"] { _ = try await self.ask(server, path, until: 200) }
            }
        }
    }

    @Test func `who is banned from a room is told of the others`() async throws {
        try await Admin.withNodes { first, _, admin in
            #expect(try await admin.order("ban", #"{"address":"127.0.0.1","room":"lobby"}"#) == 201)
            _ = try await self.ask(first, "/api/rooms/lobby/messages", until: 403)
            #expect(try await first.request("GET", "/api/rooms").status == 200)
        }
    }

    @Test func `the user of a token is banned with it`() async throws {
        try await Admin.withKeyFile("0123456789abcdef") { file in
            try await TokenServer.with(["admin-key-file": file, "unlimited": "true"]) { server in
                let admin = Admin(server: server, key: "0123456789abcdef")
                let body = #"{"subject":"mina","with_address":false}"#
                #expect(try await admin.order("ban", body) == 201)
                for (subject, wanted) in [("mina", 403), ("juno", 200)] {
                    let bearer = ["Authorization": "Bearer \(TokenServer.token(subject))"]
                    for path in ["/api/rooms", "/api/status"] {
                        var status = 0
                        repeat {
                            try Task.checkCancellation()
                            status = try await server.request("GET", path, headers: bearer).status
                        } while status != wanted
                    }
                }
            }
        }
    }

    @Test func `slow mode holds up the posts of members, and not those of moderators`() async throws {
        try await TokenServer.with(["unlimited": "true"]) { server in
            let moderator = TokenServer.token("mod", rooms: #"{"*":["read","write","moderate"]}"#)
            func post(_ token: String) async throws -> Admin.Answer {
                try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: ["Content-Type": "application/json", "Authorization": "Bearer \(token)"],
                    body: #"{"text":"hi"}"#
                )
            }
            try await server.withClient { client in
                _ = try await client.enter(moderator)
                let slow = try await client.call(2, #"{"type":"slow","room":"lobby","seconds":3600}"#)
                #expect(slow["type"]?.string == "ok")
            }
            // It holds a moment later; another limit would let the member go on sooner.
            let member = TokenServer.token("mina")
            func isHeldUp() async throws -> Bool {
                let answer = try await post(member)
                return answer.status == 429 && answer.body?["error"]?["retry_ms"]?.integer ?? 0 > 600_000
            }
            try await eventually(isHeldUp)
            for _ in 1...3 { #expect(try await post(moderator).status == 201) }
            #expect(try await isHeldUp())
        }
    }
}
