import Glibc
import Testing

@Suite("Sockets of connections", .patience)
struct SocketOptionTests {
    /// The ports of a socket of this process.
    private struct Ends: Equatable {
        var own: Int
        var peer: Int

        init(own: Int, peer: Int) { (self.own, self.peer) = (own, peer) }

        init?(of descriptor: CInt) {
            guard let own = Self.port(descriptor, getsockname), let peer = Self.port(descriptor, getpeername) else {
                return nil
            }
            self.init(own: own, peer: peer)
        }

        private typealias Name = (CInt, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> CInt

        private static func port(_ descriptor: CInt, _ name: Name) -> Int? {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isNamed = withUnsafeMutableBytes(of: &address) { bytes in
                name(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length) == 0
            }
            return isNamed && address.sin_family == AF_INET ? Int(address.sin_port.bigEndian) : nil
        }
    }

    /// A message of a few bytes would otherwise wait until the peer confirms the one before, up to 40 ms.
    @Test func `what a server sends never waits for a confirmation`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(await client.answer()?.status == 200)
                let ends = Ends(own: server.port, peer: try #require(client.port))
                let accepted = try #require((0..<getdtablesize()).first { Ends(of: $0) == ends })
                var isAtOnce: CInt = 0
                var length = socklen_t(MemoryLayout<CInt>.size)
                #expect(getsockopt(accepted, CInt(IPPROTO_TCP), TCP_NODELAY, &isAtOnce, &length) == 0)
                #expect(isAtOnce == 1)
            }
        }
    }
}
