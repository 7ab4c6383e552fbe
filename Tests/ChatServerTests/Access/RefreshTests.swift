import ChatCore
import Testing
import TestSupport

/// How long a token lets its user stay, and how another one lets it stay longer.
@Suite(.patience) struct RefreshTests {
    @Test func `a connection ends with its token`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { client in
                let token = TokenServer.token("mina", seconds: 30)
                try await client.send(#"{"type":"hello","id":1,"token":"\#(token)"}"#)
                try await client.send(#"{"type":"join","id":2,"room":"lobby"}"#)
                #expect(try await client.closeCode() == 4002)
            }
        }
    }

    @Test func `another token of the same user lets it stay`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { client in
                #expect(try await client.enter(TokenServer.token("mina", seconds: 30))["token_seconds"] != nil)
                let renewed = TokenServer.token("mina", seconds: 600)
                let answer = try await client.call(2, #"{"type":"refresh","token":"\#(renewed)"}"#)
                let seconds = try #require(answer["token_seconds"]?.integer)
                #expect((1...600).contains(seconds))
                // The end of the first one passes while this one, which is shorter, is waited for.
                try await server.withClient { other in
                    _ = try await other.enter(TokenServer.token("juno", seconds: 31))
                    #expect(try await other.closeCode() == 4002)
                }
                #expect(try await client.call(3, #"{"type":"ping"}"#)["time"]?.integer != nil)
            }
        }
    }

    @Test func `another name in the token is told to the others`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { juno in
                _ = try await juno.enter(TokenServer.token("juno"))
                _ = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                try await server.withClient { mina in
                    _ = try await mina.enter(TokenServer.token("mina", #","name":"Mina""#))
                    _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                    let token = TokenServer.token("mina", #","name":"Mina Kim""#)
                    _ = try await mina.call(3, #"{"type":"refresh","token":"\#(token)"}"#)
                    let renamed = try await juno.next("renamed")
                    #expect(renamed["user"]?["id"]?.string == TokenServer.id("mina"))
                    #expect(renamed["user"]?["name"]?.string == "Mina Kim")
                    _ = try await mina.call(4, #"{"type":"send","room":"lobby","text":"hi"}"#)
                    #expect(try await juno.next("message")["from"]?["name"]?.string == "Mina Kim")
                }
            }
        }
    }

    @Test func `a token that does not fit changes nothing`() async throws {
        try await TokenServer.with { server in
            for (token, code) in [
                (TokenServer.token("juno"), "forbidden"), (TokenServer.token("mina", seconds: -1), "unauthorized"),
                ("a.b.c", "unauthorized"),
            ] {
                try await server.withClient { client in
                    _ = try await client.enter(TokenServer.token("mina"))
                    #expect(try await client.refusal(2, #"{"type":"refresh","token":"\#(token)"}"#) == code)
                    #expect(try await client.refusal(3, #"{"type":"join","room":"lobby"}"#) == nil)
                }
            }
        }
    }

    @Test func `tokens are not taken faster than one a second`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { client in
                let token = TokenServer.token("mina")
                _ = try await client.enter(token)
                try await client.sendAtOnce((2...3).map { #"{"type":"refresh","id":\#($0),"token":"\#(token)"}"# })
                // The refusal waits for nobody.
                let refused = try await client.reply(3)
                #expect(refused["code"]?.string == "rate_limited" && refused["retry_ms"]?.integer != nil)
                #expect(try await client.next("ok")["token_seconds"] != nil)
            }
        }
    }

    @Test func `rooms that the new token does not allow are left, and the others stay`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { juno in
                _ = try await juno.enter(TokenServer.token("juno"))
                _ = try await juno.call(2, #"{"type":"join","room":"team-1"}"#)
                try await server.withClient { mina in
                    _ = try await mina.enter(TokenServer.token("mina", rooms: #"{"team-*":["read","write"]}"#))
                    for (id, room) in [(2, "team-1"), (3, "team-2"), (4, "team-3")] {
                        _ = try await mina.call(id, #"{"type":"join","room":"\#(room)"}"#)
                    }
                    let less = TokenServer.token("mina", rooms: #"{"team-2":["live"]}"#)
                    try await mina.send(#"{"type":"refresh","id":5,"token":"\#(less)"}"#)
                    for room in ["team-1", "team-3"] {
                        let removed = try await mina.next("removed")
                        #expect(removed["room"]?.string == room && removed["code"]?.string == "forbidden")
                    }
                    #expect(try await mina.reply(5)["token_seconds"] != nil)
                    // The others hear of it at once: it did not just lose its connection.
                    while try await juno.next("left")["user"]?["id"]?.string != TokenServer.id("mina") {}
                    let send = #"{"type":"send","text":"hi","room""#
                    #expect(try await mina.refusal(6, send + #":"team-1"}"#) == "not_joined")
                    #expect(try await mina.refusal(7, send + #":"team-2"}"#) == "forbidden")
                    #expect(try await mina.refusal(8, #"{"type":"join","room":"team-1"}"#) == "forbidden")
                }
            }
        }
    }

    @Test func `what the new token allows to know of others is told from then on`() async throws {
        try await TokenServer.with { server in
            try await server.withClient { mina in
                _ = try await mina.enter(TokenServer.token("mina", rooms: #"{"*":["live","write"]}"#))
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                _ = try await mina.call(3, #"{"type":"refresh","token":"\#(TokenServer.token("mina"))"}"#)
                let members = try await mina.call(4, #"{"type":"members","room":"lobby"}"#)
                #expect(members["member_count"]?.integer == 1)
                try await server.withClient { juno in
                    _ = try await juno.enter(TokenServer.token("juno"))
                    _ = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                    while try await mina.next("joined")["user"]?["id"]?.string != TokenServer.id("juno") {}
                    _ = try await juno.call(3, #"{"type":"send","room":"lobby","text":"hi"}"#)
                    #expect(try await mina.next("message")["text"]?.string == "hi")
                }
            }
        }
    }

    @Test func `a replay ends when the new token does not allow the past, and what follows is told live`() async throws
    {
        try await TokenServer.with(["unlimited": "true", "limits.log-messages": "5000", "threads": "1"]) { server in
            try await server.withClient { juno in
                _ = try await juno.enter(TokenServer.token("juno"))
                let joined = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                let (epoch, count) = (try #require(joined["epoch"]?.string), 2000)
                // More than what the system takes for a client that does not read.
                let text = String(repeating: "x", count: 8000)
                for number in 1...count {
                    try await juno.send(#"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                    while try await juno.next("message")["seq"]?.integer != number {}
                }
                try await server.withClient { mina in
                    _ = try await mina.enter(TokenServer.token("mina"))
                    try await mina.stopReading()
                    let after = #""after":{"epoch":"\#(epoch)","seq":0}"#
                    try await mina.send(#"{"type":"join","id":2,"room":"lobby",\#(after)}"#)
                    while try await juno.next("joined")["user"]?["id"]?.string != TokenServer.id("mina") {}
                    let less = TokenServer.token("mina", rooms: #"{"*":["live","presence"]}"#, #","name":"Mina Kim""#)
                    try await mina.send(#"{"type":"refresh","id":3,"token":"\#(less)"}"#)
                    _ = try await juno.next("renamed")
                    try await mina.resumeReading()
                    // What was on its way comes; the rest is a gap.
                    var got = 0
                    var gap: JSONValue?
                    while gap == nil {
                        guard case .message(let event) = try await mina.receive() else { continue }
                        if event["type"]?.string == "message" { got += 1 }
                        if event["type"]?.string == "gap" { gap = event }
                    }
                    #expect(gap?["from"]?.integer == got + 1 && gap?["to"]?.integer == count && got < count)
                    try await juno.send(#"{"type":"send","room":"lobby","text":"live"}"#)
                    let live = try await mina.next("message")
                    #expect(live["text"]?.string == "live" && live["seq"]?.integer == count + 1)
                }
            }
        }
    }
}
