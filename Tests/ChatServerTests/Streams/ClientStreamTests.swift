import ChatCore
import ChatMemory
import Testing
import TestSupport

/// A client without a WebSocket: its events come as a stream, and it commands by requests.
@Suite(.patience)
struct ClientStreamTests {
    /// The answer to a command; nil in place of a body that is none.
    private func command(
        _ json: String,
        _ bearer: String?,
        at server: TestServer
    ) async throws -> (status: Int, body: JSONValue?) {
        var headers = ["Content-Type": "application/json"]
        headers["Authorization"] = bearer.map { "Bearer \($0)" }
        let answer = try await server.request("POST", "/api/commands", headers: headers, body: json)
        return (answer.status, answer.body)
    }

    private func bearer(_ text: String) -> [String: String] { ["Authorization": "Bearer \(text)"] }

    private func session(_ stream: inout StreamClient) async throws -> String {
        try #require(try await stream.next("welcome").json?["session"]?.string)
    }

    @Test func `commands go to any node`() async throws {
        let broker = MemoryBroker.forTests()
        try await TestServer.with(broker: broker) { first in
            try await TestServer.with(broker: broker) { second in
                try await first.withStream("/api/events?room=lobby&name=Mina") { stream in
                    let session = try await self.session(&stream)
                    _ = try await stream.next("ok")
                    let send = #"{"type":"send","room":"lobby","text":"hi","key":"k"}"#
                    let stored = try await self.command(send, session, at: second)
                    #expect(try await stream.next("message").text == "hi")
                    let again = try await self.command(send, session, at: first)
                    #expect(again.body?["duplicate"]?.bool == true && again.body?["seq"] == stored.body?["seq"])
                    let renamed = try await self.command(#"{"type":"rename","name":"Minsu"}"#, session, at: second)
                    #expect(renamed.body?["user"]?["name"]?.string == "Minsu")
                    #expect(try await stream.next("renamed").json?["old_name"]?.string == "Mina")
                    try await first.withClient("/ws?room=lobby&name=Jun") { jun in
                        _ = try await jun.next("ok")
                        let typing = #"{"type":"typing","room":"lobby","active":true}"#
                        #expect(try await self.command(typing, session, at: second).status == 200)
                        #expect(try await jun.next("typing")["user"]?["name"]?.string == "Minsu")
                    }
                }
            }
        }
    }

    @Test func `another stream with the rooms and their places goes on where the last one was`() async throws {
        try await TestServer.with { server in
            let (session, first, second) = try await server.withStream(
                "/api/events?room=lobby&room=news&name=Mina"
            ) { stream in
                let session = try await self.session(&stream)
                for _ in 0..<2 { _ = try await stream.next("ok") }
                try await server.post(["one"])
                let first = try #require(try await stream.next("message").id)
                try await server.post(["eins"], to: "news")
                return (session, first, try #require(try await stream.next("message").id))
            }
            try await server.post(["two", "three"])
            try await server.post(["zwei"], to: "news")
            let rooms = "room=lobby&after=\(first)&room=news&after=\(second)"
            try await server.withStream("/api/events?\(rooms)", headers: self.bearer(session)) { stream in
                let welcome = try await stream.next("welcome").json
                #expect(welcome?["resumed"]?.bool == true && welcome?["user"]?["name"]?.string == "Mina")
                var texts: [String: [String]] = [:]
                var replays: [String: Int] = [:]
                while texts.values.joined().count < 3 {
                    let json = try #require(await stream.next()?.json)
                    let room = json["room"]?.string ?? ""
                    if json["type"]?.string == "ok" { replays[room] = json["replay"]?.integer }
                    if json["type"]?.string == "message" { texts[room, default: []].append(json["text"]?.string ?? "") }
                }
                #expect(replays == ["lobby": 2, "news": 1])
                #expect(texts == ["lobby": ["two", "three"], "news": ["zwei"]])
            }
        }
    }

    @Test func `a stream that follows another does not make its user leave`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?room=lobby&name=Jun") { jun in
                _ = try await jun.next("ok")
                let session = try await server.withStream("/api/events?room=lobby&name=Mina") { stream in
                    let session = try await self.session(&stream)
                    _ = try await stream.next("ok")
                    return session
                }
                try await server.withStream("/api/events?room=lobby&room=news", headers: self.bearer(session)) {
                    stream in
                    for _ in 0..<2 { _ = try await stream.next("ok") }
                    _ = try await jun.call(1, #"{"type":"send","room":"lobby","text":"still here"}"#)
                    #expect(try await stream.next("message").text == "still here")
                }
                let members = try await jun.call(2, #"{"type":"members","room":"lobby"}"#)
                #expect(members["member_count"]?.integer == 2)
            }
        }
    }

    @Test func `rooms for which an address is too short come by POST`() async throws {
        try await TestServer.with(["unlimited": "true"]) { server in
            // Of the longest names; an address has 8 KiB.
            let rooms = (1...20).map { number in
                "room=" + String(repeating: "%EB%9E%98", count: 60) + "-\(number)"
            }
            let headers = ["Content-Type": "application/x-www-form-urlencoded"]
            let body = rooms.joined(separator: "&") + "&name=Mina"
            try await server.withStream("/api/events", method: "POST", headers: headers, body: body) { stream in
                let welcome = try await stream.next("welcome").json
                #expect(welcome?["user"]?["name"]?.string == "Mina")
                for _ in rooms { _ = try await stream.next("ok") }
            }
            try await server.withStream("/api/events?\(rooms.joined(separator: "&"))") {
                #expect($0.answer.status == 414)
            }
            try await server.withStream("/api/events", method: "POST", body: body) { #expect($0.answer.status == 415) }
        }
    }

    @Test func `a room that cannot be joined is an error, and the others are joined`() async throws {
        try await TestServer.with { server in
            let path = "/api/events?after=abcdefgh-1&room=.x&room=a&after=nowhere&room=lobby"
            try await server.withStream(path) { stream in
                var errors: [String?: String] = [:]
                for _ in 0..<3 {
                    let json = try #require(try await stream.next("error").json)
                    #expect(json["id"]?.integer == 0)
                    errors[json["room"]?.string] = json["code"]?.string
                }
                #expect(errors == [nil: "bad_command", ".x": "room_invalid", "a": "bad_command"])
                #expect(try await stream.next("ok").json?["room"]?.string == "lobby")
            }
        }
    }

    @Test func `what a stream has in its address is no command`() async throws {
        try await TestServer.with { server in
            try await server.withStream("/api/events?name=Mina") { stream in
                let session = try await self.session(&stream)
                let commands = [
                    #"{"type":"join","room":"lobby"}"#, #"{"type":"leave","room":"lobby"}"#, #"{"type":"hello"}"#,
                    #"{"type":"refresh","token":"x"}"#, #"{"type":"send","room":"lobby"}"#, "[]", "",
                ]
                for json in commands { #expect(try await self.command(json, session, at: server).status == 400) }
                let ping = try await self.command(#"{"type":"ping","id":3}"#, session, at: server)
                #expect(ping.body?["time"]?.integer != nil && ping.body?["id"]?.integer == 3)
            }
            let ping = #"{"type":"ping"}"#
            #expect(try await self.command(ping, nil, at: server).status == 401)
            #expect(try await self.command(ping, "0123456789abcdef0123", at: server).status == 401)
            #expect(try await server.request("GET", "/api/commands").status == 405)
        }
    }

    @Test func `a page of somebody else opens no stream`() async throws {
        try await TestServer.with { server in
            let headers = ["Origin": "https://elsewhere.example"]
            try await server.withStream("/api/events?room=lobby", headers: headers) { #expect($0.answer.status == 403) }
            let own = ["Origin": "http://127.0.0.1:\(server.port)"]
            try await server.withStream("/api/events?room=lobby", headers: own) { #expect($0.answer.status == 200) }
        }
    }

    // MARK: Tokens

    @Test func `what a token forbids is told by the status`() async throws {
        try await TokenServer.with { server in
            try await server.withStream("/api/events?room=lobby") { stream in
                #expect(stream.answer.status == 401 && stream.answer.fields["www-authenticate"] == "Bearer")
            }
            let token = TokenServer.token("mina", rooms: #"{"lobby":["read","write"],"news":["read"]}"#)
            let sends = ["lobby": 200, "news": 403]
            for (room, status) in sends {
                let json = #"{"type":"send","room":"\#(room)","text":"hi"}"#
                #expect(try await self.command(json, token, at: server).status == status)
            }
            let delete = #"{"type":"delete","room":"lobby","seq":1}"#
            #expect(try await self.command(delete, token, at: server).status == 403)
            let moderator = TokenServer.token("juno", rooms: #"{"*":["moderate"]}"#)
            #expect(try await self.command(delete, moderator, at: server).status == 200)
            #expect(try await self.command(delete.replacing("1}", with: "9}"), moderator, at: server).status == 404)
        }
    }

    @Test(arguments: [("x.y.z", 4501), (TokenServer.token("mina", seconds: -100), 4002)])
    func `a token that is not taken is told like to a WebSocket`(token: String, code: Int) async throws {
        try await TokenServer.with { server in
            try await server.withStream("/api/events", headers: self.bearer(token)) { stream in
                let closing = try await stream.next("closing").json
                #expect(closing?["code"]?.integer == code)
                #expect(await stream.hasEnded())
            }
        }
    }

    @Test func `whoever is banned gets no answer at any node`() async throws {
        try await Admin.withNodes { first, second, admin in
            try await second.withStream("/api/events?name=Mina") { stream in
                let welcome = try await stream.next("welcome").json
                let session = try #require(welcome?["session"]?.string)
                let id = try #require(welcome?["user"]?["id"]?.string)
                #expect(try await admin.order("ban", #"{"user":"\#(id)","with_address":false}"#) == 201)
                _ = try await stream.next("closing")
                #expect(try await self.command(#"{"type":"ping"}"#, session, at: first).status == 403)
            }
        }
    }
}
