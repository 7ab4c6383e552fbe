import ChatCore
import ChatWebSocket
import Foundation
import TestSupport
import Testing

/// Whole connections of strangers: requests that are changed, cut, glued together and repeated, in packets of every size.
@Suite(.patience)
struct DoorFuzzTests {
    /// Chosen by the clock, or by who wants to see again what failed.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["DOOR_SEED"].flatMap(UInt64.init)
            ?? UInt64(Date.now.timeIntervalSince1970)
    }

    @Test func `whatever strangers send, a good client is served`() async throws {
        let seed = Self.seed
        print("DOOR_SEED=\(seed)")
        var generator = SeededGenerator(seed)
        try await TestServer.with(["unlimited": "true"]) { server in
            for round in 0..<4 {
                let strangers = (0..<100).map { _ in Self.stranger(&generator) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for stranger in strangers {
                        group.addTask {
                            try await RawClient.with(port: server.port) { client in
                                await client.send(stranger.bytes, packet: stranger.packet)
                                // It says no more, hears what there is to hear, and goes.
                                await client.endInput()
                                _ = await client.isClosed()
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await server.withClient("/ws?room=lobby&name=good\(round)") { client in
                    _ = try await client.next("ok")
                    let sent = try await client.call(1, #"{"type":"send","room":"lobby","text":"still here"}"#)
                    #expect(sent["type"]?.string == "ok", "seed \(seed), round \(round)")
                }
                let health = try await server.request("GET", "/healthz")
                #expect(health.status == 200, "seed \(seed), round \(round)")
            }
        }
    }

    private struct Stranger {
        var bytes: [UInt8] = []
        var packet = Int.max
    }

    private static func stranger(_ generator: inout SeededGenerator) -> Stranger {
        var stranger = Stranger()
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            var part = Self.part(&generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: part = Array(part.prefix(.random(in: 0...part.count, using: &generator)))
            case 1:
                for _ in 0..<Int.random(in: 1...4, using: &generator) where !part.isEmpty {
                    let byte = UInt8.random(in: 0...255, using: &generator)
                    part[.random(in: 0..<part.count, using: &generator)] = byte
                }
            case 2: part.insert(contentsOf: Self.noise(&generator), at: .random(in: 0...part.count, using: &generator))
            case 3: part += part
            default: break
            }
            stranger.bytes += part
        }
        let sizes = [1, 2, 5, 17, 64, 200, 1000, Int.max]
        stranger.packet = sizes.randomElement(using: &generator) ?? .max
        // One byte in a packet takes its time; the beginning is what matters.
        if stranger.packet < 5 { stranger.bytes = Array(stranger.bytes.prefix(700)) }
        return stranger
    }

    private static func part(_ generator: inout SeededGenerator) -> [UInt8] {
        let post = "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        let texts = [
            Handshake.text("/ws?room=lobby&name=stranger"), Handshake.text("//ws/"),
            Handshake.text("http://localhost/ws"),
            Handshake.text("/ws", "Origin: http://evil.example"), Handshake.get(), Handshake.get("/api/rooms"),
            Handshake.get("/healthz", "Upgrade: h2c", "Connection: Upgrade, close"), Handshake.get("/%00/..%2f"),
            "HEAD / HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
            post + "Content-Length: 12\r\n\r\n{\"text\":\"a\"}",
            post + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"tex\r\n7\r\nt\":\"a\"}\r\n0\r\n\r\n",
            post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n\r\n",
        ]
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return Handshake.frame(#"{"type":"join","id":1,"room":"lobby"}"#)
        case 1: return Handshake.frame("", .ping) + Handshake.frame("", .close)
        case 2: return Self.noise(&generator)
        default: return Array((texts.randomElement(using: &generator) ?? "").utf8)
        }
    }

    private static func noise(_ generator: inout SeededGenerator) -> [UInt8] {
        let alphabet = Array("\r\n\r\n :,;\0\t/*%AZaz09é\u{300}".utf8) + [0xFF, 0x80]
        return (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator) ?? 0
        }
    }
}
