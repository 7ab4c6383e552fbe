import ChatCore
import ChatMemory
import Testing

/// The life of a room, for clients of both ways: what one can do by a WebSocket, one can do by a stream and requests.
@Suite(.patience)
struct RoomLifeTests {
    private static let pairs = Way.allCases.flatMap { one in Way.allCases.map { other in (one, other) } }

    // MARK: Talking

    @Test(arguments: Self.pairs)
    func `members of a room get each message once, the sender too`(one: Way, other: Way) async throws {
        // On one loop, and on one for each.
        try await TestServer.with(["threads": one == other ? "1" : "2"]) { server in
            try await server.withParticipant(by: one, "room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                try await server.withParticipant(by: other, "room=lobby&name=Jun") { jun in
                    _ = try await jun.next("ok")
                    let ack = try await mina.say("hi", #","key":"k1""#)
                    #expect(ack["seq"]?.integer == 1 && ack["duplicate"]?.bool == false)
                    let message = try await jun.next("message")
                    for field in ["seq", "epoch", "time"] { #expect(message[field] == ack[field]) }
                    #expect(message["from"]?["name"]?.string == "Mina")
                    #expect(message["text"]?.string == "hi" && message["key"]?.string == "k1")
                    try await jun.say("안녕", #","kind":"action""#)
                    let (first, second) = (try await mina.next("message"), try await mina.next("message"))
                    #expect([first["seq"]?.integer, second["seq"]?.integer] == [1, 2])
                    #expect(second["text"]?.string == "안녕" && second["kind"]?.string == "action")
                }
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `a key that was used is answered with the first message's place`(way: Way) async throws {
        try await TestServer.with { server in
            try await server.withParticipant(by: way, "room=lobby&name=Mina") { mina in
                let first = try await mina.say("once", #","key":"k""#)
                let second = try await mina.say("once", #","key":"k""#)
                #expect(second["duplicate"]?.bool == true)
                #expect(second["seq"] == first["seq"] && second["time"] == first["time"])
                #expect(try await mina.say("new")["seq"]?.integer == 2)
                #expect(try await mina.texts(2) == ["once", "new"])
            }
        }
    }

    @Test(arguments: Self.pairs)
    func `typing reaches the others`(one: Way, other: Way) async throws {
        try await TestServer.with { server in
            try await server.withParticipant(by: one, "room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                try await server.withParticipant(by: other, "room=lobby&name=Jun") { jun in
                    _ = try await jun.next("ok")
                    #expect(try await jun.call(#"{"type":"typing","room":"lobby","active":true}"#)["code"] == nil)
                    let event = try await mina.next("typing")
                    #expect(event["user"]?["name"]?.string == "Jun" && event["active"]?.bool == true)
                }
            }
        }
    }

    // MARK: Who is here

    @Test(arguments: Self.pairs)
    func `members are told who comes, and whoever comes is told who is there`(one: Way, other: Way) async throws {
        try await TestServer.with { server in
            try await server.withParticipant(by: one, "room=lobby&name=Mina") { mina in
                #expect(try await mina.next("ok")["member_count"]?.integer == 1)
                try await server.withParticipant(by: other, "room=lobby&name=Jun") { jun in
                    let ok = try await jun.next("ok")
                    #expect(ok["member_count"]?.integer == 2)
                    let names = ok["members"]?.array?.compactMap { $0["name"]?.string } ?? []
                    #expect(Set(names) == ["Mina", "Jun"])
                    // Her own coming is told to her as well, or is not.
                    var joined = try await mina.next("joined")
                    while joined["user"]?["name"]?.string != "Jun" { joined = try await mina.next("joined") }
                    #expect(joined["presence_version"] == ok["presence_version"])
                    let page = try await mina.call(#"{"type":"members","room":"lobby"}"#)
                    #expect(page["member_count"]?.integer == 2 && page["members"]?.array?.count == 2)
                }
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `a session brings the same user back, with the name it had`(way: Way) async throws {
        try await TestServer.with { server in
            let (session, user) = try await server.withParticipant(by: way, "name=Mina") { mina in
                #expect(mina.welcome["resumed"]?.bool == false)
                return (try mina.session, try mina.user)
            }
            for way in Way.allCases {
                try await server.withParticipant(by: way, "room=lobby", session: session) { mina in
                    let same = try mina.user
                    #expect(mina.welcome["resumed"]?.bool == true)
                    #expect(same == user && mina.welcome["user"]?["name"]?.string == "Mina")
                    #expect(try await mina.next("ok")["member_count"]?.integer == 1)
                }
            }
        }
    }

    @Test(arguments: Self.pairs)
    func `a rename reaches every connection of the user and every member of its rooms`(
        one: Way,
        other: Way
    ) async throws {
        try await TestServer.with { server in
            try await server.withParticipant(by: one, "room=lobby&name=Mina") { first in
                _ = try await first.next("ok")
                try await server.withParticipant(by: other, "room=lobby", session: first.session) { second in
                    _ = try await second.next("ok")
                    let renamed = try await second.call(#"{"type":"rename","name":"민아"}"#)
                    #expect(renamed["user"]?["name"]?.string == "민아")
                    let event = try await first.next("renamed")
                    #expect(event["old_name"]?.string == "Mina" && event["user"]?["name"]?.string == "민아")
                    // The other connection sends under the new name, too.
                    try await first.say("hi")
                    #expect(try await second.next("message")["from"]?["name"]?.string == "민아")
                }
            }
        }
    }

    // MARK: What was missed

    @Test(arguments: Way.allCases)
    func `a join with history gives the last messages, oldest first, and one without gives none`(
        way: Way
    ) async throws {
        try await TestServer.with { server in
            try await server.post(["a", "b", "c", "d"])
            try await server.withParticipant(by: way, "room=lobby&history=3") { mina in
                let ok = try await mina.next("ok")
                #expect(ok["replay"]?.integer == 3 && ok["seq"]?.integer == 4 && ok["recovered"]?.bool == true)
                #expect(try await mina.texts(3) == ["b", "c", "d"])
            }
            try await server.withParticipant(by: way, "room=lobby") { mina in
                #expect(try await mina.next("ok")["replay"]?.integer == 0)
                try await mina.say("e")
                #expect(try await mina.texts(1) == ["e"])
            }
        }
    }

    @Test(arguments: Way.allCases, 0...4)
    func `a resume gives exactly what was missed`(way: Way, seq: Int) async throws {
        try await TestServer.with { server in
            let epoch = try await server.post(["1", "2", "3", "4"])
            try await server.withParticipant(by: way, "room=lobby&after=\(epoch)-\(seq)") { mina in
                let ok = try await mina.next("ok")
                #expect(ok["replay"]?.integer == 4 - seq && ok["recovered"]?.bool == true)
                try await mina.say("5")
                #expect(try await mina.texts(5 - seq) == (seq..<5).map { "\($0 + 1)" })
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `a resume after the log has moved on is told the gap`(way: Way) async throws {
        try await TestServer.with(["limits.log-messages": "3"]) { server in
            let epoch = try await server.post((1...6).map(String.init))
            try await server.withParticipant(by: way, "room=lobby&after=\(epoch)-1") { mina in
                let ok = try await mina.next("ok")
                #expect(ok["recovered"]?.bool == false && ok["replay"]?.integer == 3)
                let gap = try await mina.next("gap")
                #expect(gap["from"]?.integer == 2 && gap["to"]?.integer == 3)
                #expect(try await mina.texts(3) == ["4", "5", "6"])
            }
        }
    }

    @Test(arguments: Way.allCases, ["otherepoch-2", "EPOCH-99"])
    func `a resume of another log is told that it began anew`(way: Way, place: String) async throws {
        try await TestServer.with { server in
            let epoch = try await server.post(["1", "2"])
            let place = place.replacing("EPOCH", with: epoch)
            try await server.withParticipant(by: way, "room=lobby&after=\(place)") { mina in
                let ok = try await mina.next("ok")
                #expect(ok["recovered"]?.bool == false && ok["replay"]?.integer == 2)
                let reset = try await mina.next("reset")
                #expect(reset["epoch"]?.string == epoch && reset["seq"]?.integer == 2)
                #expect(try await mina.texts(2) == ["1", "2"])
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `history pages backwards without overlap`(way: Way) async throws {
        try await TestServer.with { server in
            let epoch = try await server.post((1...7).map(String.init))
            try await server.withParticipant(by: way, "room=lobby") { mina in
                _ = try await mina.next("ok")
                var (seen, before): ([Int], String) = ([], "")
                for _ in 1...10 {
                    let page = try await mina.call(#"{"type":"history","room":"lobby","limit":3\#(before)}"#)
                    let seqs = page["messages"]?.array?.compactMap { $0["seq"]?.integer } ?? []
                    seen = seqs + seen
                    guard page["more"]?.bool == true, let first = seqs.first else { break }
                    before = #","before":\#(first)"#
                }
                #expect(seen == Array(1...7))
                let other = try await mina.call(#"{"type":"history","room":"lobby","epoch":"otherepoch"}"#)
                #expect(other["messages"]?.array?.isEmpty == true && other["more"]?.bool == false)
                #expect(other["epoch"]?.string == epoch)
                let none = try await mina.call(#"{"type":"history","room":"lobby","before":0}"#)
                #expect(none["messages"]?.array?.isEmpty == true)
            }
        }
    }
}
