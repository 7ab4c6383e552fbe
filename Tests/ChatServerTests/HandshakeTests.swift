import ChatCore
import Testing

@Suite(.patience)
struct HandshakeTests {
    @Test func `a client that offers no subprotocol is taken`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                #expect(client.status == 101)
                #expect(!client.handshake.contains("Sec-WebSocket-Protocol"))
            }
        }
    }

    @Test func `a client that offers chat.v1 among others is told so`() async throws {
        try await TestServer.with { server in
            try await server.withClient(headers: [("Sec-WebSocket-Protocol", "soap, chat.v1")]) { client in
                #expect(client.status == 101)
                #expect(client.handshake.contains("Sec-WebSocket-Protocol: chat.v1"))
            }
        }
    }

    @Test func `a client that offers only other subprotocols is refused with a JSON error`() async throws {
        try await TestServer.with { server in
            try await server.withClient(headers: [("Sec-WebSocket-Protocol", "soap")]) { client in
                #expect(client.status == 400)
                #expect(client.handshake.contains("application/json"))
            }
        }
    }

    @Test(arguments: ["http://evil.example", "null", "https://127.0.0.1", "nonsense"])
    func `a page of another origin is refused before the upgrade`(origin: String) async throws {
        try await TestServer.with { server in
            try await server.withClient(headers: [("Origin", origin)]) { #expect($0.status == 403) }
        }
    }

    @Test func `a page of this server may connect`() async throws {
        try await TestServer.with { server in
            try await server.withClient(headers: [("Origin", "http://127.0.0.1:\(server.port)")]) {
                #expect($0.status == 101)
            }
        }
    }

    @Test func `a page of a listed origin may connect, others may not`() async throws {
        try await TestServer.with(["origins": "https://chat.example, http://localhost:3000"]) { server in
            try await server.withClient(headers: [("Origin", "https://chat.example")]) { #expect($0.status == 101) }
            try await server.withClient(headers: [("Origin", "https://chat.example:444")]) {
                #expect($0.status == 403)
            }
        }
    }

    @Test func `a plain request to the WebSocket's address is told to upgrade`() async throws {
        try await TestServer.with { server in
            let (status, headers, body) = try await server.request("GET", "/ws")
            #expect(status == 426)
            #expect(headers["sec-websocket-version"] == "13")
            #expect(body?["error"]?["code"]?.string == "bad_command")
        }
    }

    @Test func `a request for another protocol is answered as plain HTTP`() async throws {
        try await TestServer.with { server in
            let (status, _, _) = try await server.request("GET", "/healthz", headers: ["Upgrade": "h2c"])
            #expect(status == 200)
        }
    }

    @Test func `the echo path is closed unless a test opens it`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/echo") { #expect($0.status == 404) }
        }
        try await TestServer.with(hasEcho: true) { server in
            try await server.withClient("/echo") { #expect($0.status == 101) }
        }
    }

    @Test func `one connection too many from an address is told to come later`() async throws {
        try await TestServer.with(["limits.connections-per-address": "1"]) { server in
            try await server.withClient { _ in
                try await server.withClient { client in
                    let closing = try await client.next("closing")
                    #expect(closing["code"]?.integer == 1013)
                    #expect(try await client.closeCode() == 1013)
                }
            }
        }
    }
}
