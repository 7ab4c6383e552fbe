import ChatClient
import ChatCore
import ChatNode
import NIOCore
import NIOSSL
import Testing

@Suite(.patience)
struct TLSTests {
    /// Starts a server with a certificate, and hands both to the test.
    private func withServer(
        _ settings: [String: String] = [:],
        _ body: (TestServer, TestCertificates, NIOSSLContext) async throws -> Void
    ) async throws {
        try await TestCertificates.with { certificates in
            let files = try await certificates.issue("first")
            let tls = ["tls-certificate": files.certificate, "tls-key": files.key]
            try await TestServer.with(tls.merging(settings) { $1 }) { server in
                try await body(server, certificates, certificates.client())
            }
        }
    }

    @Test func `people talk over TLS, in frames smaller and larger than a record`() async throws {
        try await self.withServer { server, _, tls in
            try await server.withClient("/ws?name=Mina", tls: tls) { mina in
                _ = try await mina.call(1, #"{"type":"join","room":"lobby"}"#)
                try await server.withClient("/ws?name=Jun", tls: tls) { jun in
                    _ = try await jun.call(1, #"{"type":"join","room":"lobby"}"#)
                    let long = String(repeating: "가", count: 2700)
                    for text in ["hello", long] {
                        let reply = try await jun.call(7, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                        #expect(reply["type"]?.string == "ok")
                        #expect(try await mina.next("message")["text"]?.string == text)
                    }
                }
            }
        }
    }

    @Test func `the client library comes in by wss, and trusts nobody it was not told to`() async throws {
        try await self.withServer { server, certificates, _ in
            var configuration = ChatClient.Configuration(
                server: try ServerAddress("wss://localhost:\(server.port)"),
                name: try UserName("Mina")
            )
            configuration.trustedAuthorities = certificates.authority
            let listing = try RoomListing(configuration)
            #expect(try await answered { try await listing.page() }.rooms.isEmpty)
            configuration.trustedAuthorities = nil
            await #expect(throws: (any Error).self) { _ = try await RoomListing(configuration).page() }
        }
    }

    @Test(arguments: [
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "G", "\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
    func `who does not speak TLS is answered 400 in JSON, and the connection ends`(bytes: String) async throws {
        try await self.withServer { server, _, _ in
            try await RawClient.with(port: server.port) { client in
                await client.send(bytes)
                let answer = try #require(await client.answer())
                #expect(answer.status == 400)
                #expect(answer.body.contains("https://"))
                #expect(try JSONValue(ByteBuffer(string: answer.body))["error"]?["code"]?.string == "bad_command")
                await client.endInput()
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `only http 1.1 is agreed on, and nothing older than TLS 1.2`() async throws {
        try await self.withServer { server, certificates, _ in
            for (offer, agreed) in [(["h2", "http/1.1"], "http/1.1"), (["h2"], nil), ([], nil)] {
                let tls = try certificates.client { $0.applicationProtocols = offer }
                try await RawClient.with(port: server.port, tls: tls) { client in
                    await client.send(Handshake.get())
                    #expect(await client.answer()?.status == 200)
                    let answer = try await client.agreedProtocol()
                    #expect(answer == agreed)
                }
            }
            for (version, isSpoken) in [(TLSVersion.tlsv11, false), (.tlsv12, true), (.tlsv13, true)] {
                let tls = try certificates.client {
                    $0.minimumTLSVersion = version
                    $0.maximumTLSVersion = version
                }
                try await RawClient.with(port: server.port, tls: tls) { client in
                    await client.send(Handshake.get())
                    #expect(await (client.answer()?.status == 200) == isSpoken)
                }
            }
        }
    }

    @Test func `requests follow each other, and the end is told before the connection ends`() async throws {
        try await self.withServer { server, _, tls in
            try await RawClient.with(port: server.port, tls: tls) { client in
                await client.send(Handshake.get() + Handshake.get())
                #expect(await client.answer()?.status == 200)
                #expect(await client.answer()?.status == 200)
                await client.send(Handshake.get("/healthz", "Connection: close"))
                #expect(await client.answer()?.status == 200)
                #expect(await client.endsCleanly())
            }
        }
    }

    @Test(arguments: [true, false])
    func `a client that ends its input gets its answer, whether TLS says the end or not`(isSaid: Bool) async throws {
        try await self.withServer { server, _, tls in
            try await RawClient.with(port: server.port, tls: tls) { client in
                await client.send(Handshake.get())
                #expect(await client.answer()?.status == 200)
                await client.send(Handshake.get())
                if isSaid { await client.endInput() } else { try await client.cutInput() }
                #expect(await client.answer()?.status == 200)
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `a page that came without encryption is none of an encrypted server's`() async throws {
        try await self.withServer { server, _, tls in
            for (origin, status) in [("https", 101), ("http", 403)] {
                let origin = "\(origin)://127.0.0.1:\(server.port)"
                try await server.withClient(headers: [("Origin", origin)], tls: tls) { #expect($0.status == status) }
            }
        }
    }

    @Test func `connections that shake no hands count, and the next one is told that it is one too many`() async throws
    {
        // One loop, which counts them in the order in which they came.
        try await self.withServer(["limits.connections-per-address": "2", "threads": "1"]) { server, _, tls in
            try await RawClient.with(port: server.port) { _ in
                try await RawClient.with(port: server.port) { half in
                    // The beginning of a handshake that never goes on.
                    await half.send([22, 3, 1, 2, 0, 1])
                    try await server.withClient(tls: tls) { client in
                        let closing = try await client.next("closing")
                        #expect(closing["code"]?.integer == 1013)
                    }
                }
            }
        }
    }

    @Test func `a new certificate is for new connections, and nobody is disconnected`() async throws {
        try await self.withServer { server, certificates, tls in
            let (old, new) = (certificates.path("first.pem"), try await certificates.issue("second"))
            try await server.withClient("/ws?name=Mina", tls: tls) { mina in
                _ = try await mina.call(1, #"{"type":"join","room":"lobby"}"#)
                try await RawClient.with(port: server.port, tls: tls) { client in
                    await client.send(Handshake.get())
                    #expect(await client.answer()?.status == 200)
                    let shown = try await client.certificate()
                    #expect(try shown == NIOSSLCertificate.fromPEMFile(old)[0])
                    try await server.reload(["tls-certificate": new.certificate, "tls-key": new.key])
                    await client.send(Handshake.get())
                    #expect(await client.answer()?.status == 200)
                }
                try await RawClient.with(port: server.port, tls: tls) { client in
                    await client.send(Handshake.get())
                    #expect(await client.answer()?.status == 200)
                    let shown = try await client.certificate()
                    #expect(try shown == NIOSSLCertificate.fromPEMFile(new.certificate)[0])
                }
                let reply = try await mina.call(7, #"{"type":"send","room":"lobby","text":"still here"}"#)
                #expect(reply["type"]?.string == "ok")
            }
        }
    }

    @Test func `encryption is neither begun nor ended while the node runs`() async throws {
        try await self.withServer { server, _, tls in
            try await server.reload(["tls-certificate": "", "tls-key": ""])
            try await server.withClient(tls: tls) { #expect($0.status == 101) }
        }
    }
}
