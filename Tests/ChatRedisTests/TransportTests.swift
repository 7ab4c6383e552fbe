import BrokerContract
import ChatCore
import Foundation
import TestSupport
import Testing

@testable import ChatRedis

@Suite("Ways to Redis", .patience)
struct TransportTests {
    /// Runs the body with a directory that is gone afterwards.
    private func withDirectory(_ body: (URL) async throws -> Void) async throws {
        // The path of a socket must be short.
        let directory = URL(fileURLWithPath: "/tmp/chat-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory)
    }

    @Test
    func `Redis may be behind a socket of the file system, in another database`() async throws {
        try await self.withDirectory { directory in
            let socket = directory.appendingPathComponent("a b.sock").path
            try await RedisServerProcess.with(["--unixsocket", socket]) { server in
                let url = try RedisURL("unix:\(socket.replacing(" ", with: "%20"))?db=3")
                try await withBroker(server, configure: { $0.url = url }) { broker in
                    try await broker.probe()
                    let user = User(id: UserID("u1"), name: try UserName("Mina"))
                    try await broker.saveSession("hash", user, isGuest: false)
                    #expect(try await broker.session("hash") == user)
                }
                try await withBroker(server) { broker in
                    let session = try await broker.session("hash")
                    #expect(session == nil)
                }
            }
        }
    }

    private func unreadiness(_ broker: RedisBroker, _ reasons: String...) async throws {
        try await eventually {
            do throws(BrokerError) {
                try await broker.probe()
                return false
            } catch {
                return reasons.contains(error.reason)
            }
        }
    }

    @Test
    func `a Redis without TLS is told from one whose certificate is not trusted`() async throws {
        try await RedisServerProcess.with { server in
            let url = try RedisURL("rediss://localhost:\(server.port)")
            let change: (inout RedisConfiguration) -> Void = {
                $0.url = url
                $0.connectTimeout = .seconds(3)
                $0.patience = .seconds(1)
            }
            try await withBroker(server, configure: change) { broker in
                // Which it is, depends on whether the random bytes of the handshake have a line feed among them.
                try await self.unreadiness(
                    broker,
                    "Redis speaks no TLS at this address (rediss://)",
                    "Redis did not answer the TLS handshake in time (rediss://)"
                )
            }
        }
    }

    @Test
    func `over TLS, the certificate of Redis is judged`() async throws {
        try await RedisTLS.with { tls in
            let server = try RedisServerProcess()
            try await RedisServerProcess.with(["--port", "0"] + tls.options(port: server.port)) { _ in
                // By name and by address: both are in the certificate.
                for host in ["localhost", "127.0.0.1"] {
                    let url = try RedisURL("rediss://\(host):\(server.port)")
                    let rules = try tls.rules()
                    try await withBroker(
                        server,
                        configure: {
                            $0.url = url
                            $0.tls = rules
                        },
                        { try await $0.probe() }
                    )
                }
                let url = try RedisURL("rediss://localhost:\(server.port)")
                let change: (inout RedisConfiguration) -> Void = {
                    $0.url = url
                    $0.patience = .seconds(1)
                }
                try await withBroker(server, configure: change) { broker in
                    try await self.unreadiness(broker, "the certificate of Redis is not trusted (--redis-ca)")
                }
            }
        }
    }
}
