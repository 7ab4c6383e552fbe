import ChatCore
import ChatWebSocket
import NIOCore
import Testing

@Suite(.patience)
struct LimitTests {
    @Test func `a user who sends too fast is told when to go on`() async throws {
        try await TestServer.with(["limits.send-burst": "2", "limits.send-rate": "1"]) { server in
            try await server.withClient("/ws?room=lobby&name=x") { client in
                _ = try await client.next("ok")
                // So many at once that the last are too many, whatever is granted while the first are read.
                try await client.sendAtOnce((1...60).map { #"{"type":"send","room":"lobby","text":"a","id":\#($0)}"# })
                #expect(try await client.reply(1)["type"]?.string == "ok")
                let error = try await client.next("error")
                #expect(error["code"]?.string == "rate_limited")
                #expect((1...1000).contains(error["retry_ms"]?.integer ?? 0))
                #expect(error["room"]?.string == "lobby")
            }
        }
    }

    @Test func `a flood of commands ends the connection`() async throws {
        try await TestServer.with(["limits.command-burst": "5", "limits.command-rate": "1"]) { server in
            try await server.withClient { client in
                try await client.sendAtOnce(Array(repeating: #"{"type":"ping"}"#, count: 90))
                let code = try await client.closeCode()
                #expect(code == 4504)
            }
        }
    }

    @Test func `a room too many is refused`() async throws {
        try await TestServer.with(["limits.rooms-per-connection": "1"]) { server in
            try await server.withClient { client in
                _ = try await client.call(1, #"{"type":"join","room":"a"}"#)
                let error = try await client.call(2, #"{"type":"join","room":"b"}"#)
                #expect(error["code"]?.string == "too_many_rooms")
                #expect(error["limit"]?.integer == 1)
                _ = try await client.call(3, #"{"type":"leave","room":"a"}"#)
                #expect(try await client.call(4, #"{"type":"join","room":"b"}"#)["type"]?.string == "ok")
            }
        }
    }

    @Test(arguments: [
        (#""room":"..","text":"x""#, "room_invalid"), (#""room":"lobby","text":" \n ""#, "text_empty"),
        (#""room":"lobby","text":"123456789""#, "text_too_long"), (#""room":"lobby""#, "bad_command"),
        (#""room":"lobby","text":"x","key":"ü""#, "bad_command"), (#""room":"lobby","text":5"#, "bad_command"),
    ])
    func `a bad send is refused by name`(fields: String, code: String) async throws {
        try await TestServer.with(["limits.text-bytes": "8"]) { server in
            try await server.withClient("/ws?room=lobby&name=x") { client in
                _ = try await client.next("ok")
                #expect(try await client.call(1, #"{"type":"send",\#(fields)}"#)["code"]?.string == code)
            }
        }
    }

    @Test func `text that is no JSON object is refused and the connection goes on`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                for text in ["", "hello", "[]", #"{"a":}"#, #"{"type":"send","text":"\ud800"}"#] {
                    try await client.send(text)
                    #expect(try await client.next("error")["code"]?.string == "bad_json")
                }
                #expect(try await client.call(1, #"{"type":"ping"}"#)["type"]?.string == "ok")
            }
        }
    }

    @Test func `a binary message ends the connection`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.send(.binary, ByteBuffer(string: "{}"))
                #expect(try await client.closeCode() == 1003)
            }
        }
    }

    @Test func `a message that is too big ends the connection`() async throws {
        try await TestServer.with(["limits.message-bytes": "1024"]) { server in
            try await server.withClient { client in
                try await client.send(String(repeating: "x", count: 1025))
                #expect(try await client.closeCode() == 1009)
            }
        }
    }

    @Test func `a frame that is not masked ends the connection`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.sendRaw([0x81, 0x02, 0x7B, 0x7D])
                #expect(try await client.closeCode() == 1002)
            }
        }
    }

    @Test func `text that is not UTF-8 ends the connection`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.send(.text, ByteBuffer(bytes: [0x22, 0xC0, 0xAF, 0x22]))
                #expect(try await client.closeCode() == 1007)
            }
        }
    }

    @Test func `a close is answered in kind`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.send(.close, ByteBuffer(bytes: [0x03, 0xE8]))
                #expect(try await client.closeCode() == 1000)
                #expect(try await client.receive() == .end)
            }
        }
    }

    @Test func `who does not answer a ping is parted from`() async throws {
        try await TestServer.with(["limits.ping-seconds": "1", "limits.pong-seconds": "1"]) { server in
            try await server.withClient { client in
                client.answersPings = false
                let ping = try await client.receive()
                #expect(ping == .ping)
                #expect(try await client.closeCode() == 4001)
            }
        }
    }

    @Test func `a member that stops reading is disconnected and the others still receive`() async throws {
        let settings = [
            "unlimited": "true", "limits.outbound-bytes": "65536", "limits.presence-seconds": "1", "threads": "1",
        ]
        try await TestServer.with(settings) { server in
            try await server.withClient("/ws?room=lobby&name=slow") { slow in
                _ = try await slow.next("ok")
                try await slow.stopReading()
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    let text = String(repeating: "x", count: 8000)
                    var received = 0
                    var left: JSONValue?
                    // She talks until she is told that the other has left.
                    while left == nil {
                        try await mina.send(#"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                        let next = try await mina.receive()
                        guard case .message(let event) = next else {
                            if next == .ping { continue }
                            throw TestClient.Ended(wanted: "left", got: next)
                        }
                        if event["type"]?.string == "message" { received += 1 }
                        if event["type"]?.string == "left" { left = event }
                    }
                    #expect(left?["user"]?["name"]?.string == "slow")
                    #expect(received > 0)
                }
                try await slow.resumeReading()
                #expect(try await slow.closeCode() == 4000)
            }
        }
    }

    @Test func `a member that takes nothing for too long is disconnected, however little waits for it`() async throws {
        let settings = [
            "unlimited": "true", "limits.outbound-bytes": "\(1 << 30)", "limits.stall-seconds": "1",
            "limits.presence-seconds": "1", "threads": "1",
        ]
        try await TestServer.with(settings) { server in
            try await server.withClient("/ws?room=lobby&name=slow") { slow in
                _ = try await slow.next("ok")
                try await slow.stopReading()
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    let text = String(repeating: "x", count: 8000)
                    while true {
                        try await mina.send(#"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                        let next = try await mina.receive()
                        guard case .message(let event) = next else {
                            if next == .ping { continue }
                            throw TestClient.Ended(wanted: "left", got: next)
                        }
                        if event["type"]?.string == "left" { break }
                    }
                }
            }
        }
    }
}
