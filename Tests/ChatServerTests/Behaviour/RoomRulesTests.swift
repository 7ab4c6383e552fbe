import ChatCore
import ChatMemory
import Testing

/// What moderators and tokens do to clients of both ways.
@Suite(.patience)
struct RoomRulesTests {
    private static let moderator = #"{"*":["read","write"],"lobby":["moderate"]}"#

    // MARK: Moderators

    @Test(arguments: Way.allCases)
    func `a muted user reads and says nothing, in a room or anywhere`(way: Way) async throws {
        try await Admin.withNodes { _, second, admin in
            try await second.withParticipant(by: way, "room=lobby&room=other&name=Mina") { mina in
                for _ in 0..<2 { _ = try await mina.next("ok") }
                let user = try mina.user
                let body = #"{"user":"\#(user)","room":"lobby","seconds":3600,"with_address":false}"#
                #expect(try await admin.order("mute", body) == 201)
                let send = #"{"type":"send","room":"lobby","text":"hi"}"#
                let refused = try await mina.call(send) { $0["code"] != nil }
                #expect(refused["code"]?.string == "muted" && refused["until"]?.integer != nil)
                #expect((1...3_600_000).contains(refused["retry_ms"]?.integer ?? 0))
                let typing = try await mina.call(#"{"type":"typing","room":"lobby","active":true}"#)
                #expect(typing["code"]?.string == "muted")
                #expect(try await mina.say("hi", in: "other")["type"]?.string == "ok")
                #expect(try await admin.order("unmute", #"{"user":"\#(user)","room":"lobby"}"#) == 200)
                _ = try await mina.call(send) { $0["type"]?.string == "ok" }
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `a kicked user may come back, and a closed room is empty until it is opened`(way: Way) async throws {
        try await Admin.withNodes { _, second, admin in
            let session = try await second.withParticipant(by: way, "room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                let user = try mina.user
                #expect(try await admin.order("kick", #"{"user":"\#(user)","room":"lobby"}"#) == 201)
                #expect(try await mina.next("removed")["code"]?.string == "kicked")
                return try mina.session
            }
            try await second.withParticipant(by: way, "room=lobby", session: session) { mina in
                _ = try await mina.next("ok")
                #expect(try await admin.order("close", #"{"room":"lobby","reason":"점검"}"#) == 201)
                let removed = try await mina.next("removed")
                #expect(removed["code"]?.string == "room_closed" && removed["message"]?.string?.contains("점검") == true)
                #expect(try await mina.call(#"{"type":"history","room":"lobby"}"#)["type"]?.string == "ok")
            }
            try await second.withParticipant(by: way, "room=lobby", session: session) { mina in
                let error = try await mina.next("error")
                #expect(error["code"]?.string == "room_closed" && error["room"]?.string == "lobby")
            }
            #expect(try await admin.order("open", #"{"room":"lobby"}"#) == 200)
        }
    }

    @Test(arguments: Way.allCases)
    func `a ban ends the connection for good`(way: Way) async throws {
        try await Admin.withNodes { _, second, admin in
            try await second.withParticipant(by: way, "room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                let user = try mina.user
                #expect(try await admin.order("ban", #"{"user":"\#(user)","with_address":false}"#) == 201)
                #expect(try await mina.closeCode() == 4503)
            }
        }
    }

    @Test(arguments: Way.allCases, Way.allCases)
    func `a moderator deletes a message: members are told, and whoever reads it finds no text`(
        one: Way,
        other: Way
    ) async throws {
        let broker = MemoryBroker(limits: LogLimits()) { Admin.now }
        try await TokenServer.with(broker: broker) { first in
            try await TokenServer.with(broker: broker) { second in
                try await first.withParticipant(by: one, "room=lobby", token: TokenServer.token("mina")) { mina in
                    let epoch = try #require(try await mina.next("ok")["epoch"]?.string)
                    try await mina.say("a secret", #","key":"k""#)
                    _ = try await mina.next("message")
                    let token = TokenServer.token("juno", rooms: Self.moderator)
                    // A member or not: the right is what counts.
                    try await second.withParticipant(by: other, "room=other", token: token) { juno in
                        let delete = #"{"type":"delete","room":"lobby","seq":1,"epoch":"\#(epoch)"}"#
                        let ok = try await juno.call(delete)
                        #expect((ok["seq"]?.integer, ok["duplicate"]?.bool) == (2, false))
                        let told = try await mina.next("message")
                        #expect(told["kind"]?.string == "deletion" && told["of"]?.integer == 1)
                        #expect(told["from"]?["id"]?.string == TokenServer.id("juno"))
                        let again = try await juno.call(delete)
                        #expect((again["seq"]?.integer, again["duplicate"]?.bool) == (1, true))
                        let page = try await juno.call(#"{"type":"history","room":"lobby"}"#)
                        let kinds = page["messages"]?.array?.compactMap { $0["kind"]?.string }
                        #expect(kinds == ["deleted", "deletion"] && !"\(page)".contains("secret"))
                    }
                    // Both a replay from the log and one from the shard's tail.
                    for server in [first, second] {
                        try await server.withParticipant(by: other, "room=lobby&history=10", token: token) { juno in
                            let message = try await juno.next("message")
                            #expect(message["kind"]?.string == "deleted" && !"\(message)".contains("secret"))
                        }
                    }
                }
            }
        }
    }

    // MARK: Tokens

    @Test(arguments: Way.allCases)
    func `a token says whose a client is, and what it may do in which room`(way: Way) async throws {
        try await TokenServer.with { server in
            let token = TokenServer.token("mina", rooms: #"{"lobby":["read","write"],"news":["read"]}"#)
            try await server.withParticipant(by: way, "room=closed&room=lobby&room=news", token: token) { mina in
                let user = try mina.user
                #expect(user == TokenServer.id("mina"))
                let error = try await mina.next("error")
                #expect(error["code"]?.string == "forbidden" && error["room"]?.string == "closed")
                for _ in 0..<2 { _ = try await mina.next("ok") }
                #expect(try await mina.say("hi", in: "lobby")["type"]?.string == "ok")
                #expect(try await mina.say("hi", in: "news")["code"]?.string == "forbidden")
                let delete = #"{"type":"delete","room":"lobby","seq":1}"#
                #expect(try await mina.call(delete)["code"]?.string == "forbidden")
            }
        }
    }
}
