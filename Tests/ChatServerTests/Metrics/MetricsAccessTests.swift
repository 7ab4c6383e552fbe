import ChatCore
import Foundation
import Testing

@testable import ChatNode

/// Who gets to see what the node counts, and where.
@Suite(.patience)
struct MetricsAccessTests {
    private static let key = "0123456789abcdef"
    private static let listening = ["admin-listen": "127.0.0.1:0"]

    @Test func `the port of the chat has no metrics, also where the operator has a listener`() async throws {
        for settings in [[:], Self.listening] {
            try await TestServer.with(settings) { server in
                let answer = try await server.request("GET", "/metrics")
                #expect(answer.status == 404 && answer.body?["error"]?["code"]?.string == "not_found")
                #expect(try await server.request("HEAD", "/metrics").status == 404)
                #expect(try await server.request("POST", "/metrics").status == 404)
            }
        }
    }

    @Test func `who has the operator's key gets them there, and nobody else`() async throws {
        try await Admin.withKeyFile(Self.key) { file in
            try await TestServer.with(["admin-key-file": file]) { server in
                let right = ["Authorization": "Bearer \(Self.key)"]
                let answer = try await server.request("GET", "/metrics", headers: right)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(try await server.request("GET", "/metrics").status == 404)
                #expect(try await server.request("GET", "/metrics?key=\(Self.key)").status == 404)
                let statuses = try await server.statuses(of: 20, "/metrics", key: Self.key + "x")
                #expect(statuses.first == 404 && statuses.contains(429))
            }
        }
    }

    @Test func `the operator's listener serves these three, and nothing else`() async throws {
        try await Admin.withKeyFile(Self.key) { file in
            try await TestServer.with(Self.listening.merging(["admin-key-file": file]) { $1 }) { server in
                let port = try #require(server.operatorPort)
                for path in ["/metrics", "/healthz", "/readyz"] {
                    let answer = try await server.request("GET", path, port: port)
                    #expect(answer.status == 200, "\(path)")
                    let post = try await server.request("POST", path, port: port)
                    #expect(post.status == 405 && post.headers["allow"] == "GET, HEAD, OPTIONS")
                    #expect(try await server.request("OPTIONS", path, port: port).status == 204)
                }
                for path in ["/", "/index.html", "/ws", "/echo", "/api/status", "/api/rooms", "/admin/rulings"] {
                    let headers = ["Authorization": "Bearer \(Self.key)"]
                    let answer = try await server.request("GET", path, port: port, headers: headers)
                    #expect(answer.status == 404, "\(path)")
                }
            }
        }
    }

    @Test func `HEAD says how long they are, and gives none`() async throws {
        try await TestServer.with(Self.listening) { server in
            try await RawClient.with(port: try #require(server.operatorPort)) { client in
                await client.send("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let answer = try #require(await client.answer(hasBody: false))
                #expect(answer.status == 200 && Int(answer.fields["content-length"] ?? "") ?? 0 > 1000)
                // Bytes of a body would be read as the beginning of this answer.
                await client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(await client.answer()?.status == 200)
            }
        }
    }

    @Test func `a WebSocket cannot be opened there, and a page cannot read by a name that leads there`() async throws {
        try await TestServer.with(Self.listening) { server in
            try await RawClient.with(port: try #require(server.operatorPort)) { client in
                await client.send(
                    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                )
                #expect(await client.answer()?.status == 404)
                await client.send("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                #expect(await client.answer()?.status == 421)
            }
        }
    }

    @Test func `the operator is answered while the node is full`() async throws {
        try await TestServer.with(Self.listening.merging(["limits.connections": "1"]) { $1 }) { server in
            try await server.withClient { mina in
                _ = try await mina.call(1, #"{"type":"ping"}"#)
                let code = try await server.withClient { late in try await late.closeCode() }
                #expect(code == 1013)
                let scrape = try await server.scrape()
                #expect(scrape["chat_connections"] == 1 && scrape["chat_connections_limit"] == 1)
                #expect(scrape["chat_accepts_total{outcome=\"turned_away\"}"] == 1)
                #expect(scrape["chat_websocket_handshakes_total{outcome=\"turned_away\"}"] == 1)
                #expect(scrape["chat_refused_total{limit=\"connections\"}"] == 1)
            }
        }
    }

    @Test func `the operator is answered while the node drains`() async throws {
        struct Seen: Error {}
        await #expect(throws: Seen.self) {
            try await TestServer.with(Self.listening.merging(["drain-delay": "3600"]) { $1 }) { server in
                let port = try #require(server.operatorPort)
                // A collector keeps its connection: the one from before goes on as well as new ones.
                try await RawClient.with(port: port) { collector in
                    await collector.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    let before = try Scrape(try #require(await collector.answer()).body)
                    #expect(before["chat_draining"] == 0)
                    await server.beginShutdown()
                    try await server.scrape { $0["chat_draining"] == 1 }
                    await collector.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    let during = try Scrape(try #require(await collector.answer()).body)
                    #expect(during["chat_draining"] == 1)
                    #expect(try await server.request("GET", "/readyz", port: port).status == 503)
                    #expect(try await server.request("GET", "/healthz", port: port).status == 200)
                }
                throw Seen()
            }
        }
    }

    @Test(arguments: [
        ("9090", "127.0.0.1", 9090), ("0", "127.0.0.1", 0), ("10.0.0.5:9090", "10.0.0.5", 9090), ("[::1]:1", "::1", 1),
        ("localhost:65535", "localhost", 65_535), ("*:9090", "*", 9090),
    ])
    func `an address to listen on has a port, and is this machine without one`(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        "", ":", ":9090", "localhost", "localhost:", "a:b", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:+1", "::1:9090",
        "[::1]", "[]:1", "[a]:1", "a b:1", "http://a:1", "1.2.3.4:999999", "u@a:1",
    ])
    func `anything else is none`(text: String) { #expect(ListenAddress(text) == nil) }
}
