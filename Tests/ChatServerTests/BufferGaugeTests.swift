import ChatCore
import ChatWebSocket
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import ChatNode

/// What the node holds for its clients is counted, is given back however they go, and is bounded.
@Suite(.patience)
struct BufferGaugeTests {
    /// What a server that holds what it must says of it, over a connection of its own that stays.
    private struct Board {
        var client: RawClient

        mutating func status() async throws -> JSONValue {
            await self.client.send(Handshake.get("/api/status"))
            let answer = try #require(await self.client.answer())
            return try JSONValue(ByteBuffer(string: answer.body))
        }

        mutating func until(_ condition: (_ bytes: Int) -> Bool) async throws {
            try await eventually { condition(try await self.status()["buffered_bytes"]?.integer ?? -1) }
        }
    }

    private static let unlimited = [
        "unlimited": "true", "limits.outbound-bytes": "\(1 << 30)", "limits.buffered-bytes": "\(1 << 40)",
    ]

    private func fill(_ client: inout TestClient) async throws {
        let text = String(repeating: "x", count: 8000)
        _ = try await client.next("ok")
        for id in 1...32 {
            let sent = try await client.call(id, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)
            #expect(sent["type"]?.string == "ok")
        }
    }

    @Test(arguments: [true, false])
    func `nothing is held for clients that have gone, also where TLS has not heard of it`(isSaid: Bool) async throws {
        try await TestCertificates.with { certificates in
            let files = try await certificates.issue("first")
            let settings = ["tls-certificate": files.certificate, "tls-key": files.key]
            let tls = try certificates.client()
            try await TestServer.with(settings.merging(Self.unlimited) { $1 }) { server in
                try await server.withClient("/ws?name=Mina&room=lobby", tls: tls) { try await self.fill(&$0) }
                try await RawClient.with(port: server.port, tls: tls) { raw in
                    var board = Board(client: raw)
                    try await RawClient.with(port: server.port, tls: tls) { slow in
                        await slow.send(Handshake.text("/ws?name=slow&room=lobby"))
                        let history = Handshake.frame(#"{"type":"history","id":9,"room":"lobby","limit":32}"#)
                        // However much the system's buffers take.
                        while try await board.status()["buffered_bytes"]?.integer ?? 0 <= 1 << 20 {
                            try Task.checkCancellation()
                            await slow.send(history)
                        }
                        await slow.send(Handshake.frame("x", .ping))
                        if isSaid { await slow.endInput() } else { try await slow.cutInput() }
                        try await board.until { $0 == 0 }
                    }
                }
            }
        }
    }

    @Test func `what came behind a request is given back when its connection becomes a WebSocket`() async throws {
        try await TestServer.with(Self.unlimited) { server in
            try await RawClient.with(port: server.port) { raw in
                var board = Board(client: raw)
                try await RawClient.with(port: server.port) { client in
                    await client.send(Handshake.get() + Handshake.text())
                    #expect(await client.answer()?.status == 200)
                    #expect(await client.answer()?.status == 101)
                    try await board.until { $0 == 0 }
                }
                try await board.until { $0 == 0 }
            }
        }
    }

    @Test func `an answer that nobody takes is let go of, and not the people who talk`() async throws {
        let settings = Self.unlimited.merging(["limits.buffered-bytes": "200000"]) { $1 }
        try await TestServer.with(settings) { server in
            try await server.withClient("/ws?name=Mina&room=lobby") { mina in
                try await self.fill(&mina)
                // She has begun a message, and so the node holds something for her.
                try await mina.sendRaw(Array(Handshake.frame(#"{"type":"ping","id":99}"#).prefix(9)))
                try await RawClient.with(port: server.port) { raw in
                    var board = Board(client: raw)
                    try await RawClient.with(port: server.port) { hoarder in
                        // More than the system's buffers take.
                        let page = Handshake.get("/api/rooms/lobby/messages?limit=32")
                        for _ in 0..<200 { await hoarder.send(page) }
                        while try await board.status()["refused"]?.array?.isEmpty != false {
                            try Task.checkCancellation()
                        }
                        try await board.until { $0 < 200_000 }
                        var answers = 0
                        while let answer = await hoarder.answer(), answer.status == 200 { answers += 1 }
                        #expect(answers < 200)
                    }
                }
                try await mina.sendRaw(Array(Handshake.frame(#"{"type":"ping","id":99}"#).dropFirst(9)))
                _ = try await mina.reply(99)
            }
        }
    }

    @Test func `whoever holds little is not let go of, and all who hold more are enough`() {
        let gauge = BufferGauge(ceiling: 1000, metrics: MetricsRegistry())
        for connections in [0, 1, 3, 10, 999, 100_000] {
            let least = gauge.leastShed(connections: connections)
            // Those that stay hold at most a quarter of the ceiling, or a byte each.
            #expect(least >= 1 && (least - 1) * connections <= 250)
        }
        #expect(BufferGauge(ceiling: .max, metrics: MetricsRegistry()).leastShed(connections: 2) > 1 << 50)
    }
}
