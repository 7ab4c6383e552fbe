import ChatCore
import NIOCore
import TestSupport
import Testing

/// permessage-deflate on a whole server: who gets what, in which form.
@Suite(.patience)
struct DeflateTests {
    private static let on = ["deflate": "on"]

    /// A client that offers compression, or nil that it does not, in the room, its join answered.
    private func member<Result>(
        of server: TestServer,
        _ offer: String? = "permessage-deflate; client_max_window_bits",
        room: String = "lobby",
        _ body: (inout TestClient) async throws -> Result
    ) async throws -> Result {
        let headers = offer.map { [("Sec-WebSocket-Extensions", $0)] } ?? []
        return try await server.withClient("/ws?room=\(room)&name=Member", headers: headers) { client in
            _ = try await client.next("ok")
            return try await body(&client)
        }
    }

    /// A text of about this many bytes, of words as people use them.
    private func text(_ count: Int, _ number: Int = 0) -> String {
        let words = ["the", "message", "of", "a", "room", "is", "read", "by", "everybody", "안녕하세요", "세", "시에"]
        var text = "\(number)"
        while text.utf8.count < count { text += " " + words[(text.utf8.count * 7 + number) % words.count] }
        return text
    }

    private func send(_ text: String) -> String { #"{"type":"send","room":"lobby","text":"\#(text)"}"# }

    // MARK: Agreeing

    @Test func `compression is agreed on where the operator wants it and the client offers it`() async throws {
        let offer = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
        let answer =
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        try await TestServer.with(Self.on) { server in
            try await server.withClient(headers: [offer]) {
                #expect($0.status == 101 && $0.handshake.split(separator: "\r\n").contains(answer[...]))
            }
            try await server.withClient { #expect(!$0.handshake.contains("Extensions")) }
            try await server.withClient(headers: [(offer.0, "permessage-deflate; server_max_window_bits=8")]) {
                #expect($0.status == 101 && !$0.handshake.contains("Extensions"))
            }
            try await server.withClient(headers: [(offer.0, "permessage-deflate; =")]) {
                #expect($0.status == 400 && $0.handshake.contains("application/json"))
            }
        }
        try await TestServer.with { server in
            try await server.withClient(headers: [offer]) {
                #expect($0.status == 101 && !$0.handshake.contains("Extensions"))
            }
        }
    }

    @Test func `who has not agreed may not compress`() async throws {
        let ping = try Zlib.message(#"{"type":"ping","id":1}"#)
        for (settings, offer) in [([:], "permessage-deflate"), (Self.on, "x-webkit-deflate-frame")] {
            try await TestServer.with(settings) { server in
                try await self.member(of: server, offer) { client in
                    try await client.sendRaw(Wire.frame(0xC1, ping))
                    #expect(try await client.closeCode() == 1002)
                }
            }
        }
    }

    // MARK: What the server sends

    @Test func `a long message is compressed, a short one and the welcome are not`() async throws {
        let long = self.text(2000)
        try await TestServer.with(Self.on) { server in
            try await self.member(of: server) { member in
                _ = try await member.call(1, self.send("short"))
                _ = try await member.call(2, self.send(long))
                #expect(try await member.next("message")["text"]?.string == "short")
                #expect(try await member.next("message")["text"]?.string == long)
                let messages = Wire.messages(member.wire)
                for message in messages {
                    let text =
                        message.isCompressed
                        ? Zlib.text(message.payload, window: 15) : String(decoding: message.payload, as: UTF8.self)
                    let isLong = try #require(text).contains(long)
                    #expect(message.isCompressed == isLong, "\(text ?? "")")
                    if isLong { #expect(message.payload.count < 1200) }
                    if try #require(text).contains("welcome") { #expect(message.payload.count > 256) }
                }
                #expect(messages.count { $0.isCompressed } == 1)
            }
        }
    }

    @Test func `everybody gets the same messages in the same order, each in the form that was agreed on`() async throws
    {
        let offers =
            [nil, "permessage-deflate"] + [9, 11, 12, 15].map { "permessage-deflate; server_max_window_bits=\($0)" }
        let texts = (0..<40).map { self.text([1, 300, 30, 5000, 250, 900][$0 % 6], $0) }
        try await TestServer.with(Self.on.merging(["limits.send-burst": "1000"]) { $1 }) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (here, ready) = (Barrier(offers.count), Barrier(offers.count))
                for offer in offers {
                    group.addTask {
                        try await self.member(of: server, offer) { client in
                            await here.arrive()
                            // Whoever went live while frames of presence waited gets the next ones as they are.
                            if offer == nil { try await client.sendAtOnce([self.send("first")]) }
                            #expect(try await client.next("message")["text"]?.string == "first")
                            await ready.arrive()
                            if offer == nil { try await client.sendAtOnce(texts.map(self.send)) }
                            var got: [String?] = []
                            for _ in texts { got.append(try await client.next("message")["text"]?.string) }
                            #expect(got == texts)
                            guard let offer else { return }
                            let window = offer.split(separator: "=").last.flatMap { Int($0) } ?? 15
                            let compressed = Wire.messages(client.wire).filter(\.isCompressed)
                            #expect(compressed.count >= texts.count { $0.utf8.count > 256 })
                            for message in compressed { #expect(Zlib.text(message.payload, window: window) != nil) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a replay and a list are compressed, and the same as for others`() async throws {
        let texts = (0..<60).map { self.text($0 % 3 == 0 ? 20 : 600, $0) }
        try await TestServer.with(Self.on.merging(["limits.send-burst": "1000"]) { $1 }) { server in
            try await self.member(of: server, nil) { client in
                for (index, text) in texts.enumerated() { _ = try await client.call(index + 1, self.send(text)) }
            }
            for offer in [
                "permessage-deflate", nil, "permessage-deflate; server_max_window_bits=9", "permessage-deflate",
            ] {
                try await self.member(of: server, offer, room: "lobby&history=50") { client in
                    for text in texts.suffix(50) { #expect(try await client.next("message")["text"]?.string == text) }
                    let page = try await client.call(1, #"{"type":"history","room":"lobby","limit":20}"#)
                    #expect(page["messages"]?.array?.count == 20)
                    guard let offer else { return }
                    let window = offer.contains("=9") ? 9 : 15
                    let compressed = try Wire.messages(client.wire).filter(\.isCompressed).map {
                        try #require(Zlib.text($0.payload, window: window))
                    }
                    let messages = compressed.count { $0.hasPrefix(#"{"type":"message""#) }
                    #expect(messages == texts.suffix(50).count { $0.utf8.count > 256 })
                    #expect(compressed.contains { $0.contains(#""messages":["#) })
                }
            }
        }
    }

    // MARK: What a client sends

    @Test func `commands may be compressed, in fragments, with others between them`() async throws {
        try await TestServer.with(Self.on) { server in
            try await self.member(of: server) { client in
                let payload = try Zlib.message(#"{"type":"send","id":1,"room":"lobby","text":"\#(self.text(700))"}"#)
                let third = payload.count / 3
                try await client.sendRaw(Wire.frame(0x41, []) + Wire.frame(0x00, Array(payload[..<third])))
                try await client.sendRaw(Wire.frame(0x89, Array("beat".utf8)) + Wire.frame(0x00, []))
                try await client.sendRaw(Wire.frame(0x00, Array(payload[third...])) + Wire.frame(0x80, []))
                #expect(try await client.reply(1)["type"]?.string == "ok")
                #expect(try await client.next("message")["text"]?.string == self.text(700))
                // Its next message may be as it is, and is not taken for a compressed one.
                #expect(try await client.call(2, #"{"type":"ping"}"#)["type"]?.string == "ok")
                try await client.sendRaw(Wire.frame(0xC1, try Zlib.message(#"{"type":"ping","id":3}"#)))
                #expect(try await client.reply(3)["type"]?.string == "ok")
            }
        }
    }

    @Test func `a client with little memory makes many blocks of a text, and may`() async throws {
        var generator = SeededGenerator(1)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-".utf8)
        let bytes = (0..<8000).map { _ in letters.randomElement(using: &generator) ?? 0 }
        let text = String(decoding: bytes, as: UTF8.self)
        try await TestServer.with(Self.on) { server in
            try await self.member(of: server) { client in
                let command = #"{"type":"send","id":1,"room":"lobby","text":"\#(text)"}"#
                try await client.sendRaw(Wire.frame(0xC1, try Zlib.message(command, memory: 1)))
                #expect(try await client.reply(1)["type"]?.string == "ok")
            }
        }
    }

    @Test(arguments: [[0x00], []] as [[UInt8]])
    func `an empty message is no command, compressed or not`(payload: [UInt8]) async throws {
        try await TestServer.with(Self.on) { server in
            try await self.member(of: server) { client in
                try await client.sendRaw(Wire.frame(0xC1, payload))
                #expect(try await client.next("error")["code"]?.string == "bad_json")
                #expect(try await client.call(2, #"{"type":"ping"}"#)["type"]?.string == "ok")
            }
        }
    }

    /// What a stranger may send in place of a compressed command, and the close code that answers it.
    private static let attacks: [(name: String, code: UInt16, bytes: @Sendable () throws -> [UInt8])] = [
        ("no deflate data", 1007, { Wire.frame(0xC1, Array("{}".utf8)) }),
        ("cut", 1007, { Wire.frame(0xC1, try Zlib.message(#"{"type":"ping","id":1}"#).dropLast(3)) }),
        ("garbage behind", 1007, { Wire.frame(0xC1, try Zlib.message(#"{"type":"ping"}"#) + [1, 2, 3]) }),
        ("no UTF-8", 1007, { Wire.frame(0xC1, [0x00, 0x02, 0x00, 0xFD, 0xFF, 0xC3, 0x28, 0x00]) }),
        ("a bomb", 1009, { Wire.frame(0xC1, try Zlib.message(String(repeating: " ", count: 1 << 20))) }),
        ("a dense message", 1009, { Wire.frame(0xC1, try Zlib.message(String(repeating: " ", count: 60_000))) }),
        (
            "too long", 1009,
            {
                Wire.frame(0xC1, try Zlib.message((0..<20_000).map { "\($0 * $0)" }.joined()))
            }
        ),
        (
            "a bomb in fragments", 1009,
            {
                let bomb = try Zlib.message(String(repeating: " ", count: 1 << 20))
                return Wire.frame(0x41, Array(bomb[..<9])) + Wire.frame(0x00, []) + Wire.frame(0x80, Array(bomb[9...]))
            }
        ),
        (
            "endless blocks", 1009,
            {
                Wire.frame(0xC1, (0..<10_000).flatMap { _ in [0x00, 0x00, 0x00, 0xFF, 0xFF] as [UInt8] } + [0x00])
            }
        ),
        ("a compressed ping", 1002, { Wire.frame(0xC9, []) }),
        ("a compressed close", 1002, { Wire.frame(0xC8, [0x03, 0xE8]) }),
        ("a compressed fragment", 1002, { Wire.frame(0x41, [0x00]) + Wire.frame(0xC0, [0x00]) }),
        ("RSV2", 1002, { Wire.frame(0xE1, [0x00]) }),
        ("RSV3", 1002, { Wire.frame(0x91, [0x00]) }),
        ("binary", 1003, { Wire.frame(0xC2, try Zlib.message("x")) }),
    ]

    @Test(arguments: attacks.indices)
    func `whoever breaks the rules is closed, and others notice nothing`(number: Int) async throws {
        let attack = Self.attacks[number]
        try await TestServer.with(Self.on.merging(["threads": "1"]) { $1 }) { server in
            try await self.member(of: server) { good in
                try await self.member(of: server) { bad in
                    try await bad.sendRaw(try attack.bytes())
                    #expect(try await bad.closeCode() == attack.code, "\(attack.name)")
                }
                // The loop's inflater is as good as before.
                try await good.sendRaw(Wire.frame(0xC1, try Zlib.message(#"{"type":"ping","id":7}"#)))
                #expect(try await good.reply(7)["type"]?.string == "ok")
            }
        }
    }

    // MARK: The echo

    @Test func `the echo agrees, inflates and compresses as a chat does`() async throws {
        let headers = [("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9")]
        try await TestServer.with(Self.on, hasEcho: true) { server in
            try await server.withClient("/echo", headers: headers) { client in
                #expect(client.handshake.contains("server_max_window_bits=9"))
                let json = #"{"text":"\#(self.text(3000))"}"#
                try await client.sendRaw(Wire.frame(0xC1, try Zlib.message(json)))
                #expect(try await client.receive() == .message(try JSONValue(ByteBuffer(string: json))))
                let echoed = try #require(Wire.messages(client.wire).first)
                #expect(echoed.isCompressed)
                #expect(Zlib.text(echoed.payload, window: 9) == json)
            }
        }
    }
}
