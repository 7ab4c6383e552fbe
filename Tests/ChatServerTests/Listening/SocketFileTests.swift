import ChatCore
import Foundation
import NIOCore
import TestSupport
import Testing

@testable import ChatNode

@Suite(.patience) struct SocketFileTests {
    /// A path for a socket in a folder of its own.
    private func withSocketFile(_ body: (SocketFile) async throws -> Void) async throws {
        let folder = "/tmp/chat-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(try #require(SocketFile("unix:\(folder)/s")))
    }

    @Test(arguments: [
        "", "/tmp/s", "unix:", "tcp:/tmp/s", "unix:/tmp/a\0b", "unix:/" + String(repeating: "x", count: 103),
    ])
    func `what is no path of a socket is refused`(text: String) {
        #expect(SocketFile(text) == nil)
    }

    @Test func `a path may have as many bytes as the system takes`() {
        #expect(SocketFile("unix:/" + String(repeating: "x", count: 102)) != nil)
    }

    @Test func `people on the socket and people on the port are in one room, and the socket goes with the node`()
        async throws
    {
        try await self.withSocketFile { file in
            try await TestServer.with(["listen": "\(file)"]) { server in
                try await server.withClient("/ws?room=lobby") { one in
                    _ = try await one.next("ok")
                    try await TestClient.with(
                        port: server.port,
                        path: "/ws?room=lobby",
                        headers: [],
                        socket: file
                    ) { other in
                        _ = try await other.next("ok")
                        try await other.send(#"{"type":"send","room":"lobby","text":"안녕","key":"k"}"#)
                        #expect(try await one.next("message")["text"]?.string == "안녕")
                    }
                }
            }
            #expect(!FileManager.default.fileExists(atPath: file.path))
        }
    }

    @Test func `a proxy on the socket is believed where this machine is trusted`() async throws {
        try await self.withSocketFile { file in
            let settings = [
                "listen": "\(file)", "trusted-proxies": "127.0.0.1", "limits.connections-per-address": "1",
            ]
            try await TestServer.with(settings) { server in
                func connect(
                    for address: String,
                    _ body: (inout TestClient) async throws -> Void
                ) async throws {
                    try await TestClient.with(
                        port: server.port,
                        path: "/ws?room=lobby",
                        headers: [("X-Forwarded-For", address)],
                        socket: file,
                        body
                    )
                }
                try await connect(for: "192.0.2.1") { one in
                    _ = try await one.next("ok")
                    try await connect(for: "192.0.2.2") { other in _ = try await other.next("ok") }
                }
            }
        }
    }

    // MARK: What is there already

    @Test func `a socket that nobody listens on is replaced`() async throws {
        try await self.withSocketFile { file in
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            try SocketAddress(unixDomainSocketPath: file.path).withSockAddr { address, size in
                #expect(bind(descriptor, address, socklen_t(size)) == 0)
            }
            close(descriptor)
            #expect(FileManager.default.fileExists(atPath: file.path))
            try await TestServer.with(["listen": "\(file)"]) { _ in }
        }
    }

    @Test func `a socket that another node listens on is left to it`() async throws {
        try await self.withSocketFile { file in
            try await TestServer.with(["listen": "\(file)"]) { server in
                #expect(throws: SocketFile.Fault.isInUse) { try file.clear() }
                try await TestClient.with(port: server.port, path: "/ws?room=a", headers: [], socket: file) { client in
                    _ = try await client.next("ok")
                }
            }
        }
    }

    @Test func `a socket whose process accepts nobody is in use, and nobody waits for it`() async throws {
        try await self.withSocketFile { file in
            func open() -> CInt { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0) }
            var descriptors = [open()]
            defer { for descriptor in descriptors { close(descriptor) } }
            let address = try SocketAddress(unixDomainSocketPath: file.path)
            address.withSockAddr { #expect(bind(descriptors[0], $0, socklen_t($1)) == 0) }
            #expect(listen(descriptors[0], 0) == 0)
            // Until its queue is full.
            while descriptors.count < 100 {
                let descriptor = open()
                descriptors.append(descriptor)
                guard address.withSockAddr({ connect(descriptor, $0, socklen_t($1)) }) == 0 else { break }
            }
            #expect(throws: SocketFile.Fault.isInUse) { try file.clear() }
        }
    }

    @Test func `a file that is no socket is left alone`() async throws {
        try await self.withSocketFile { file in
            try Data("precious".utf8).write(to: URL(fileURLWithPath: file.path))
            #expect(throws: SocketFile.Fault.isNoSocket) { try file.clear() }
            #expect(FileManager.default.contents(atPath: file.path) == Data("precious".utf8))
        }
    }
}
