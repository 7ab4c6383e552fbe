import ChatCore
import ChatMemory
import TestSupport
import Testing

@Suite(.patience)
struct SessionTests {
    @Test func `hello is answered by a welcome with the same id`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.send(#"{"type":"hello","id":7,"name":" 민아 "}"#)
                let welcome = try await client.next("welcome")
                #expect(welcome["id"]?.integer == 7)
                #expect(welcome["user"]?["name"]?.string == "민아")
                #expect(welcome["resumed"]?.bool == false)
                #expect(welcome["limits"]?["text_bytes"]?.integer == 8192)
            }
        }
    }

    @Test func `without hello the welcome of a guest comes before the first reply`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.send(#"{"type":"ping","id":1}"#)
                guard case .message(let first) = try await client.receive() else {
                    throw TestClient.Ended(wanted: "a message")
                }
                #expect(first["type"]?.string == "welcome")
                #expect(first["id"] == nil)
                #expect(first["user"]?["name"]?.string?.hasPrefix("guest-") == true)
                #expect(try await client.reply(1)["time"]?.integer != nil)
            }
        }
    }

    @Test func `the session of a guest is kept once something is said, and looked up but once for it`() async throws {
        let broker = CountingBroker(MemoryBroker.forTests())
        try await TestServer.with(broker: broker) { server in
            try await server.withClient { client in
                _ = try await client.call(1, #"{"type":"join","room":"lobby"}"#)
                #expect((broker.guests, broker.others, broker.lookups) == (1, 0, 0))
                for id in 2...4 { _ = try await client.call(id, #"{"type":"send","room":"lobby","text":"hi"}"#) }
                try await eventually { broker.lookups > 0 }
                #expect(broker.lookups == 1)
            }
            try await server.withClient { client in
                _ = try await client.call(1, #"{"type":"hello","name":"Mina"}"#)
                _ = try await client.call(2, #"{"type":"join","room":"lobby"}"#)
                _ = try await client.call(3, #"{"type":"send","room":"lobby","text":"hi"}"#)
                #expect((broker.guests, broker.others, broker.lookups) == (1, 1, 1))
            }
        }
    }

    @Test(arguments: ["unknown-but-long-enough", "short", ""])
    func `an unknown session gives a new user and no error`(session: String) async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                let welcome = try await client.call(1, #"{"type":"hello","session":"\#(session)"}"#)
                #expect(welcome["resumed"]?.bool == false)
            }
        }
    }

    @Test func `hello after another command is refused`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                _ = try await client.call(1, #"{"type":"ping"}"#)
                #expect(try await client.call(2, #"{"type":"hello"}"#)["code"]?.string == "bad_command")
            }
        }
    }

    @Test func `a rename while a room is being joined is the name in that room`() async throws {
        try await TestServer.with { server in
            for attempt in 0..<20 {
                try await server.withClient("/ws?name=before") { client in
                    let room = "room\(attempt)"
                    try await client.send(#"{"type":"join","id":1,"room":"\#(room)","history":5}"#)
                    try await client.send(#"{"type":"rename","id":2,"name":"after"}"#)
                    var answers = 0
                    while answers < 2 {
                        guard case .message(let message) = try await client.receive() else { break }
                        if message["type"]?.string == "ok", [1, 2].contains(message["id"]?.integer) { answers += 1 }
                    }
                    let page = try await client.call(3, #"{"type":"members","room":"\#(room)"}"#)
                    #expect(page["members"]?.array?.map { $0["name"]?.string } == ["after"])
                }
            }
        }
    }

    @Test func `a bad name is refused and the connection goes on`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                let refusal = try await client.call(1, #"{"type":"hello","name":"a\nb"}"#)
                #expect(refusal["code"]?.string == "name_invalid")
                #expect(try await client.call(2, #"{"type":"hello","name":"ab"}"#)["type"]?.string == "welcome")
            }
        }
    }
}
