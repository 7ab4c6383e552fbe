import ChatCore
import ChatWebSocket
import NIOCore
import Testing

@Suite(.patience)
struct DoorTests {
    private let join = Handshake.frame(#"{"type":"join","id":2,"room":"lobby"}"#)

    @Test(arguments: [1, 7, 100, Int.max])
    func `frames that come with the handshake are served`(packet: Int) async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                let hello = Handshake.frame(#"{"type":"hello","id":1,"name":"Mina"}"#)
                await client.send(Array(Handshake.text().utf8) + hello + self.join, packet: packet)
                let text = await client.text(until: #""id":2"#)
                #expect(text.contains("101 Switching Protocols"))
                #expect(text.contains(#""type":"welcome","id":1"#))
                #expect(text.contains(#""id":2"#))
            }
        }
    }

    @Test func `one byte behind the handshake ends nothing`() async throws {
        try await TestServer.with { server in
            for _ in 0..<3 {
                try await RawClient.with(port: server.port) { client in
                    await client.send(Handshake.text("/ws?room=lobby") + "x")
                    #expect(await client.text(until: #""type":"ok""#).contains("101 Switching Protocols"))
                }
            }
            let health = try await server.request("GET", "/healthz")
            #expect(health.status == 200)
        }
    }

    @Test func `any request of a connection may upgrade, also after one that was refused`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(Handshake.get())
                #expect(await client.answer()?.status == 200)
                await client.send(Handshake.text("/ws", "Origin: http://evil.example"))
                #expect(await client.answer()?.status == 403)
                await client.send(Handshake.get("/healthz", "Connection: Upgrade", "Upgrade: h2c"))
                #expect(await client.answer()?.status == 200)
                await client.send(Array(Handshake.text().utf8) + self.join)
                #expect(await client.answer()?.status == 101)
                #expect(await client.text(until: #""id":2"#).contains(#""type":"ok""#))
            }
        }
    }

    @Test func `requests in one packet are answered in their order, and an upgrade after them`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                let requests = Handshake.get() + Handshake.get("/nothing") + Handshake.get("/ws")
                await client.send(Array((requests + Handshake.text()).utf8) + self.join)
                for status in [200, 404, 426, 101] { #expect(await client.answer()?.status == status) }
                #expect(await client.text(until: #""id":2"#).contains(#""type":"ok""#))
            }
        }
    }

    @Test func `a WebSocket that waited behind another request hears what is sent later`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(Handshake.get() + Handshake.text())
                for status in [200, 101] { #expect(await client.answer()?.status == status) }
                await client.send(self.join)
                #expect(await client.text(until: #""id":2"#).contains(#""type":"ok""#))
            }
        }
    }

    @Test(arguments: ["/ws", "/echo"])
    func `a WebSocket whose peer had ended before it opened ends`(target: String) async throws {
        try await TestServer.with(["test-echo": "true"]) { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(Handshake.get() + Handshake.text(target))
                await client.endInput()
                #expect(await client.answer()?.status == 200)
                // It returns at the server's end of the connection.
                _ = await client.isClosed()
            }
        }
    }

    @Test(arguments: ["/ws", "/ws/", "//ws", "http://localhost/ws", "HTTP://127.0.0.1:80/ws?name=x"])
    func `a target is read in one way`(target: String) async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(Handshake.text(target))
                #expect(await client.answer()?.status == 101)
            }
        }
    }

    @Test(arguments: [
        ("FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("GET / HTTP/9.9\r\n\r\n", 505), ("GET /\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: \0\r\n\r\n", 400), ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nb\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{3}\u{3}", 400),
        ("GET /" + String(repeating: "a", count: 1 << 20), 414),
        ("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 1 << 20), 431),
        ("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 50_000), 431),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n", 413),
    ])
    func `what is malformed is answered in JSON, and the connection closed`(bytes: String, status: Int) async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(bytes)
                let answer = try #require(await client.answer())
                #expect(answer.status == status)
                #expect(answer.fields["connection"] == "close")
                #expect(answer.body.hasPrefix(#"{"error":{"code":""#))
                #expect(await client.isClosed())
            }
        }
    }

    @Test(arguments: [
        "GET /healthz HTTP/1.0\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: a, CLOSE\r\n\r\n",
    ])
    func `who asks for the end of the connection gets it`(request: String) async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(request)
                let answer = await client.answer()
                #expect(answer?.status == 200)
                #expect(answer?.fields["connection"] == "close")
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `HEAD is GET without a body, and other methods are told which there are`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + Handshake.get())
                #expect(await client.answer(hasBody: false)?.fields["content-length"] == "15")
                #expect(await client.answer()?.body == #"{"status":"ok"}"#)
                for method in ["PUT", "DELETE", "POST", "TRACE", "PATCH"] {
                    await client.send("\(method) /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    let answer = await client.answer()
                    #expect(answer?.status == 405)
                    #expect(answer?.fields["allow"] == "GET, HEAD, OPTIONS")
                }
                for target in ["/healthz", "*", "/ws"] {
                    await client.send("OPTIONS \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    let answer = await client.answer()
                    #expect(answer?.status == 204)
                    #expect(answer?.fields["allow"]?.contains("GET") == true)
                }
            }
        }
    }

    @Test func `who waits for leave to send a body is told at once`() async throws {
        try await TestServer.with { server in
            let head = "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            try await RawClient.with(port: server.port) { client in
                await client.send(head + "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n")
                #expect(await client.answer()?.status == 100)
                await client.send(#"{"text":"a"}"#)
                #expect(await client.answer()?.status == 201)
            }
            try await RawClient.with(port: server.port) { client in
                await client.send(head + "Content-Length: 99999999\r\n\r\n")
                #expect(await client.answer()?.status == 413)
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `a body in chunks is a body`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                let head = "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: localhost\r\n"
                let fields = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                await client.send(head + fields + "5\r\n{\"tex\r\n7\r\nt\":\"a\"}\r\n0\r\n\r\n" + Handshake.get())
                #expect(await client.answer()?.status == 201)
                #expect(await client.answer()?.status == 200)
            }
        }
    }

    @Test func `a key or a version that is wrong is told so`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(Handshake.text().replacing("MDEyMzQ1Njc4OWFiY2RlZg==", with: "abc="))
                #expect(await client.answer()?.status == 400)
                await client.send(Handshake.text().replacing("Version: 13", with: "Version: 8"))
                let answer = await client.answer()
                #expect(answer?.status == 426)
                #expect(answer?.fields["sec-websocket-version"] == "13")
            }
        }
    }

    @Test func `a name of somebody else's is not answered on a loopback address`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                let foreign = { (request: String) in request.replacing("Host: localhost", with: "Host: evil.example:80")
                }
                await client.send(foreign(Handshake.get()))
                #expect(await client.answer()?.status == 421)
                await client.send(foreign(Handshake.text("/ws", "Origin: http://evil.example:80")))
                #expect(await client.answer()?.status == 421)
            }
        }
        try await TestServer.with(["hosts": "chat.example, evil.example"]) { server in
            try await RawClient.with(port: server.port) { client in
                await client.send(Handshake.get().replacing("localhost", with: "CHAT.example:443"))
                #expect(await client.answer()?.status == 200)
            }
        }
    }

    @Test func `one connection too many is told so by HTTP and by WebSocket, and one past the reserve is closed`()
        async throws
    {
        try await TestServer.with(["limits.connections-per-address": "1"]) { server in
            try await RawClient.with(port: server.port) { first in
                await first.send(Handshake.get())
                #expect(await first.answer()?.status == 200)
                try await RawClient.with(port: server.port) { client in
                    await client.send(Handshake.get("/api/rooms"))
                    let answer = await client.answer()
                    #expect(answer?.status == 503)
                    #expect(Int(answer?.fields["retry-after"] ?? "") != nil)
                    #expect(await client.isClosed())
                }
                try await RawClient.with(port: server.port) { client in
                    await client.send(Handshake.get())
                    #expect(await client.answer()?.status == 200, "a node that is full is not ill")
                }
                try await server.withClient { client in
                    let closing = try await client.next("closing")
                    #expect(closing["code"]?.integer == 1013)
                    #expect(try await client.closeCode() == 1013)
                }
            }
        }
    }

    @Test func `a flood of frames that bring nothing ends the connection`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                let ping = Handshake.frame("", .ping)
                for _ in 0..<20 { try? await client.sendRaw(Array(repeating: ping, count: 200).flatMap(\.self)) }
                let code = try await client.closeCode()
                #expect(code == 4504)
            }
        }
    }
}
