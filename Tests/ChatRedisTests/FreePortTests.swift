import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite("Ports for the servers of tests", .patience)
struct FreePortTests {
    private func listen(_ port: Int) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
    }

    @Test func `a server can listen at a port that is kept, also again, and nobody else is given it`() async throws {
        let port = try FreePort.find()
        #expect(!FreePort.claim(port))
        for _ in 0..<2 {
            let server = try await self.listen(port)
            #expect(!FreePort.claim(port))
            try await server.close()
        }
        #expect(!FreePort.claim(port))
    }

    @Test func `a port where somebody listens is nobody's to be given`() async throws {
        let server = try await self.listen(0)
        let port = try #require(server.localAddress?.port)
        #expect(!FreePort.claim(port))
        try await server.close()
    }
}
