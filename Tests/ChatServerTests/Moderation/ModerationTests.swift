import ChatCore
import Testing

@testable import ChatNode

/// What moderators decide, as members of two nodes see it.
@Suite(.patience) struct ModerationTests {
    @Test func `a ban ends the user's membership on every node and keeps the user out, until it is lifted`()
        async throws
    {
        try await Admin.withNodes { first, second, admin in
            try await second.withClient { mina in
                let session = try await mina.greet("Mina")
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                try await first.withClient { juno in
                    _ = try await juno.greet("Juno")
                    _ = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                    let body = #"{"user":"\#(session.user)","room":"lobby","reason":"광고","with_address":false}"#
                    #expect(try await admin.order("ban", body) == 201)
                    let removed = try await mina.next("removed")
                    #expect(removed["room"]?.string == "lobby" && removed["code"]?.string == "banned")
                    #expect(removed["message"]?.string?.contains("광고") == true)
                    #expect(try await juno.next("left")["user"]?["id"]?.string == session.user)
                    for (id, command) in [
                        (3, #"{"type":"join","room":"lobby"}"#), (4, #"{"type":"history","room":"lobby"}"#),
                        (5, #"{"type":"members","room":"lobby"}"#),
                    ] {
                        let refusal = try await mina.call(id, command)
                        #expect(refusal["code"]?.string == "banned" && refusal["reason"]?.string == "광고")
                    }
                    let send = try await mina.call(6, #"{"type":"send","room":"lobby","text":"hi"}"#)
                    #expect(send["code"]?.string == "not_joined")
                    #expect(try await mina.call(7, #"{"type":"join","room":"other"}"#)["type"]?.string == "ok")
                    #expect(try await admin.order("unban", #"{"user":"\#(session.user)","room":"lobby"}"#) == 200)
                    try await mina.joinEventually("lobby", from: 10)
                }
            }
        }
    }

    @Test func `a ban from the server closes for good, also a new connection, and covers a guest's address`()
        async throws
    {
        try await Admin.withNodes { first, second, admin in
            try await second.withClient { mina in
                let session = try await mina.greet("Mina")
                #expect(try await admin.order("ban", #"{"user":"\#(session.user)","reason":"spam"}"#) == 201)
                #expect(try await mina.closeCode() == 4503)
                try await admin.until { $0.contains { $0["address"]?.string == "127.0.0.1" } }
                for server in [first, second] {
                    try await server.withClient { guest in
                        try await guest.send(#"{"type":"hello","id":1}"#)
                        #expect(try await guest.closeCode() == 4503)
                    }
                    let post = try await server.request(
                        "POST",
                        "/api/rooms/lobby/messages",
                        headers: ["Content-Type": "application/json"],
                        body: #"{"text":"hi"}"#
                    )
                    #expect(post.status == 403 && post.body?["error"]?["code"]?.string == "banned")
                }
                // What followed from it is lifted with it.
                #expect(try await admin.order("unban", #"{"user":"\#(session.user)"}"#) == 200)
                #expect(try await admin.rulings().isEmpty)
            }
            try await second.withClient { _ = try await $0.greet("Mina") }
        }
    }

    @Test func `clearing a room tells everybody, and nothing of before is read again`() async throws {
        try await Admin.withNodes { first, second, admin in
            try await second.withClient { mina in
                _ = try await mina.greet("Mina")
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                _ = try await mina.call(3, #"{"type":"send","room":"lobby","text":"secret"}"#)
                #expect(try await admin.order("clear", #"{"room":"lobby"}"#) == 200)
                #expect(try await mina.next("reset")["seq"]?.integer == 0)
                let history = try await mina.call(4, #"{"type":"history","room":"lobby"}"#)
                #expect(history["messages"]?.array?.isEmpty == true)
                let sent = try await mina.call(5, #"{"type":"send","room":"lobby","text":"new"}"#)
                #expect(sent["seq"]?.integer == 1)
            }
        }
    }

    @Test func `a room has slow mode and a list of words, over HTTP too`() async throws {
        try await Admin.withNodes { first, second, admin in
            try await second.withClient { mina in
                _ = try await mina.greet("Mina")
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                #expect(try await admin.order("words", #"{"room":"lobby","words":["바보"]}"#) == 201)
                let bad = #"{"type":"send","room":"lobby","text":"이 바보야"}"#
                #expect(try await mina.refusedEventually(bad, from: 10)["code"]?.string == "text_refused")
                let post = try await first.post("이 바보야", to: "lobby")
                #expect(post.status == 403 && post.body?["error"]?["code"]?.string == "text_refused")
                #expect(try await admin.order("slow", #"{"room":"lobby","seconds":3600}"#) == 201)
                let refused = try await mina.refusedEventually(
                    #"{"type":"send","room":"lobby","text":"a"}"#,
                    from: 1000
                )
                #expect(refused["code"]?.string == "rate_limited" && refused["limit"]?.integer == 3600)
                #expect(try await first.post("b", to: "lobby").status == 201)
                #expect(try await first.post("c", to: "lobby").status == 429)
                #expect(try await admin.order("slow", #"{"room":"lobby","seconds":0}"#) == 200)
                #expect(try await admin.order("words", #"{"room":"lobby","words":[]}"#) == 200)
                try await mina.sendEventually("lobby", from: 2000)
                #expect(try await admin.rulings().isEmpty)
            }
        }
    }

    @Test func `on an open server nobody moderates over the wire`() async throws {
        try await Admin.withNodes { first, _, _ in
            try await first.withClient { mina in
                let user = try await mina.greet("Mina").user
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                let commands = [
                    #"{"type":"kick","room":"lobby","user":"\#(user)"}"#, #"{"type":"clear","room":"lobby"}"#,
                    #"{"type":"ban","room":"lobby","user":"\#(user)"}"#, #"{"type":"slow","room":"lobby","seconds":1}"#,
                ]
                for (id, command) in commands.enumerated() {
                    #expect(try await mina.call(10 + id, command)["code"]?.string == "forbidden")
                }
            }
        }
    }
}
