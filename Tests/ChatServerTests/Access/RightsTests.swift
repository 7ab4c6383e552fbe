import ChatCore
import Testing
import TestSupport

/// What a token allows is done, and nothing else, whatever way it is asked for.
@Suite(.patience) struct RightsTests {
    private let json = ["Content-Type": "application/json"]

    private func headers(_ token: String) -> [String: String] {
        self.json.merging(["Authorization": "Bearer \(token)"]) { $1 }
    }

    @Test(arguments: [
        ([], ["join", "history", "members"], []), (["live"], ["history", "members", "send", "typing"], ["join"]),
        (["history"], ["join", "members"], ["history"]), (["presence"], ["join", "history"], ["members"]),
        (["write"], ["join", "history", "members"], []),
        (["live", "write"], ["history", "members"], ["join", "send", "typing"]),
        (["read"], ["send", "typing"], ["join", "history", "members"]),
        (["read", "write"], [], ["join", "history", "members", "send", "typing"]),
    ])
    func `each command needs its right`(rights: [String], refused: [String], done: [String]) async throws {
        let words = rights.map { "\"\($0)\"" }.joined(separator: ",")
        try await TokenServer.with { server in
            try await server.withClient { client in
                _ = try await client.enter(TokenServer.token("mina", rooms: #"{"lob*":[\#(words)],"other":["read"]}"#))
                let fields = ["send": #","text":"hi""#, "typing": #","active":true"#]
                // Who may join does so first: nobody else may send.
                let commands = (done + refused).sorted { $0 == "join" && $1 != "join" }
                for (index, command) in commands.enumerated() {
                    let code = try await client.refusal(
                        index + 2,
                        #"{"type":"\#(command)","room":"lobby"\#(fields[command] ?? "")}"#
                    )
                    #expect(code == (refused.contains(command) ? "forbidden" : nil), "\(command)")
                }
            }
        }
    }

    @Test func `who may not know who is there is not told`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { mina in
                _ = try await mina.enter(TokenServer.token("mina"))
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                try await server.withClient { quiet in
                    _ = try await quiet.enter(TokenServer.token("quiet", rooms: #"{"*":["live","history"]}"#))
                    let joined = try await quiet.call(2, #"{"type":"join","room":"lobby"}"#)
                    #expect(joined["members"]?.array == [])
                    #expect(joined["member_count"]?.integer == 0 && joined["presence_version"]?.integer == 0)
                    // The others are told of it like of everybody.
                    while try await mina.next("joined")["user"]?["id"]?.string != TokenServer.id("quiet") {}
                    try await server.withClient { juno in
                        _ = try await juno.enter(TokenServer.token("juno"))
                        _ = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                        while try await mina.next("joined")["user"]?["id"]?.string != TokenServer.id("juno") {}
                        _ = try await juno.call(3, #"{"type":"typing","room":"lobby","active":true}"#)
                        _ = try await mina.next("typing")
                        _ = try await juno.call(4, #"{"type":"leave","room":"lobby"}"#)
                        _ = try await mina.next("left")
                        for number in 1...3 {
                            _ = try await mina.call(4 + number, #"{"type":"send","room":"lobby","text":"\#(number)"}"#)
                        }
                    }
                    // What it got by then is what was said, and nothing before or between.
                    for number in 1...3 {
                        guard case .message(let event) = try await quiet.receive() else {
                            throw TestClient.Ended(wanted: "a message")
                        }
                        #expect(event["type"]?.string == "message" && event["text"]?.string == "\(number)")
                    }
                }
            }
        }
    }

    @Test func `who may not read the past is told that it is lost`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { mina in
                _ = try await mina.enter(TokenServer.token("mina"))
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                for number in 1...4 {
                    _ = try await mina.call(2 + number, #"{"type":"send","room":"lobby","text":"\#(number)"}"#)
                }
                let first = try await mina.next("message")
                let (epoch, time) = (try #require(first["epoch"]?.string), try #require(first["time"]?.integer))
                let token = TokenServer.token("late", rooms: #"{"*":["live","presence"]}"#)
                try await server.withClient { late in
                    _ = try await late.enter(token)
                    let joined = try await late.call(2, #"{"type":"join","room":"lobby","history":50}"#)
                    #expect(joined["replay"]?.integer == 0 && joined["recovered"]?.bool == true)
                }
                for (after, gap, isReset) in [
                    (#"{"epoch":"\#(epoch)","seq":1,"time":\#(time)}"#, 2, false),
                    (#"{"epoch":"0123456789ab","seq":1}"#, 1, true),
                ] {
                    try await server.withClient { late in
                        _ = try await late.enter(token)
                        let joined = try await late.call(2, #"{"type":"join","room":"lobby","after":\#(after)}"#)
                        #expect(joined["replay"]?.integer == 0 && joined["recovered"]?.bool == false)
                        #expect(joined["seq"]?.integer == 4)
                        if isReset { _ = try await late.next("reset") }
                        let lost = try await late.next("gap")
                        #expect(lost["from"]?.integer == gap && lost["to"]?.integer == 4)
                    }
                }
            }
        }
    }

    @Test func `what is said from then on comes to who may not read the past`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { late in
                _ = try await late.enter(TokenServer.token("late", rooms: #"{"*":["live","write"]}"#))
                _ = try await late.call(2, #"{"type":"join","room":"lobby"}"#)
                _ = try await late.call(3, #"{"type":"send","room":"lobby","text":"hi"}"#)
                #expect(try await late.next("message")["text"]?.string == "hi")
            }
        }
    }

    // MARK: HTTP

    @Test func `requests need a token, and its rights`() async throws {
        try await TokenServer.with { server in
            let reader = TokenServer.token("mina", rooms: #"{"news":["history"]}"#)
            let writer = TokenServer.token("juno", rooms: #"{"news":["write"]}"#, #","name":"Juno""#)
            let text = #"{"text":"hi","name":"Root"}"#
            for path in ["/api/rooms", "/api/rooms/news/messages", "/api/rooms/news/members", "/api/status"] {
                let none = try await server.request("GET", path)
                #expect(none.status == 401 && none.body?["error"]?["code"]?.string == "unauthorized")
                #expect(none.headers["www-authenticate"] == "Bearer")
                for bad in ["a.b.c", TokenServer.token("mina", seconds: -1)] {
                    let refused = try await server.request("GET", path, headers: self.headers(bad))
                    #expect(refused.status == 401)
                    #expect(refused.headers["www-authenticate"] == #"Bearer error="invalid_token""#)
                }
            }
            let anonymous = try await server.request("POST", "/api/rooms/news/messages", headers: self.json, body: text)
            #expect(anonymous.status == 401)
            let posted = try await server.request(
                "POST",
                "/api/rooms/news/messages",
                headers: self.headers(writer),
                body: text
            )
            #expect(posted.status == 201)
            for (method, path, token) in [
                ("POST", "/api/rooms/news/messages", reader), ("POST", "/api/rooms/lobby/messages", writer),
                ("GET", "/api/rooms/news/messages", writer), ("GET", "/api/rooms/lobby/messages", reader),
                ("GET", "/api/rooms/news/members", reader), ("GET", "/api/rooms/news/members", writer),
            ] {
                let refused = try await server.request(
                    method,
                    path,
                    headers: self.headers(token),
                    body: method == "POST" ? text : nil
                )
                #expect(refused.status == 403 && refused.body?["error"]?["code"]?.string == "forbidden")
            }
            let history = try await server.request("GET", "/api/rooms/news/messages", headers: self.headers(reader))
            let message = try #require(history.body?["messages"]?.array?.first)
            #expect(message["from"]?["id"]?.string == TokenServer.id("juno"))
            #expect(message["from"]?["name"]?.string == "Juno")
            // Whether the server lives is no secret.
            #expect(try await server.request("GET", "/healthz").status == 200)
            #expect(try await server.request("GET", "/readyz").status == 200)
        }
    }

    @Test func `the list of rooms has those that the token may read`() async throws {
        try await TokenServer.with { server in
            let all = self.headers(TokenServer.token("root"))
            for room in ["a-secret", "news", "team-1", "team-2", "z-secret"] {
                let path = "/api/rooms/\(room)/messages"
                #expect(try await server.request("POST", path, headers: all, body: #"{"text":"hi"}"#).status == 201)
            }
            func rooms(_ rights: String, _ query: String = "") async throws -> ([String], String?) {
                let headers = self.headers(TokenServer.token("mina", rooms: rights))
                let list = try #require(try await server.request("GET", "/api/rooms\(query)", headers: headers).body)
                let rooms = try #require(list["rooms"]?.array)
                return (rooms.compactMap { $0["room"]?.string }, list["cursor"]?.string)
            }
            #expect(try await rooms(#"{"*":["read"]}"#).0.count == 5)
            let some = try await rooms(#"{"team-*":["live"],"news":["presence"],"a-*":["write"]}"#).0
            #expect(some == ["news", "team-1", "team-2"])
            #expect(try await rooms(#"{"*-1":["history"]}"#) == (["team-1"], nil))
            #expect(try await rooms("{}") == ([], nil))
            let first = try await rooms(#"{"team-*":["live"]}"#, "?limit=1")
            #expect(first == (["team-1"], "team-1"))
            #expect(try await rooms(#"{"team-*":["live"]}"#, "?limit=1&cursor=team-1").0 == ["team-2"])
        }
    }

    @Test func `how much goes on is told to those who may read everywhere`() async throws {
        try await TokenServer.with { server in
            let all = TokenServer.token("root", rooms: #"{"*":["read"]}"#)
            let status = try await server.request("GET", "/api/status", headers: self.headers(all))
            #expect(status.body?["connections"]?.integer == 0 && status.body?["state"]?.string == "ok")
            let some = TokenServer.token("mina", rooms: #"{"news":["read"]}"#)
            let less = try await server.request("GET", "/api/status", headers: self.headers(some))
            #expect(less.body?["connections"] == nil && less.body?["members"] == nil)
            #expect(less.body?["state"]?.string == "ok")
        }
    }
}
