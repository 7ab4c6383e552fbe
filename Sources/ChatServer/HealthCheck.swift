import ArgumentParser
import ChatSettings
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// `ChatServer healthcheck`: asks a running server whether it is ready, for containers that have no other tool.
struct HealthCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Ask a running server whether it is ready: exit status 0 when it is, 1 when not.",
        discussion: """
            --host and --port (127.0.0.1 and CHAT_PORT, or 8080) say which server. One that speaks TLS is asked over TLS; \
            its certificate, which is for another name, is not checked.
            """
    )

    // An option that both commands have goes to the parent, wherever it is on the line.
    @ParentCommand var parent: ChatServerCommand
    @Option(help: "The path to ask: /readyz or /healthz.")
    var path = "/readyz"

    func run() async throws {
        let text =
            self.parent.options.port ?? ProcessInfo.processInfo.environment[Setting.port.variable]
            ?? Setting.port.fallback
        guard let port = Int(text), (1...65535).contains(port) else {
            throw ValidationError("--port: \"\(text)\" is no port, 1 to 65535")
        }
        let host = self.parent.options.host ?? Setting.host.fallback
        var status = try? await Self.status(host: host, port: port, path: self.path, tls: nil)
        // So a port that speaks TLS answers a request that is not encrypted.
        if status == .badRequest {
            var rules = TLSConfiguration.makeClientConfiguration()
            rules.certificateVerification = .none
            let tls = try NIOSSLContext(configuration: rules)
            status = try? await Self.status(host: host, port: port, path: self.path, tls: tls)
        }
        guard status == .ok else { throw ExitCode.failure }
    }

    private static func status(
        host: String,
        port: Int,
        path: String,
        tls: NIOSSLContext?
    ) async throws -> HTTPResponseStatus? {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(3))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let headers: HTTPHeaders = ["Host": "\(host):\(port)", "Connection": "close"]
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
            try await outbound.write(.head(head))
            try await outbound.write(.end(nil))
            for try await part in inbound {
                if case .head(let head) = part { return head.status }
            }
            return nil
        }
    }
}
