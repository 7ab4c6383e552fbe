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
            its certificate, which is for another name, is not checked. --proxy-protocol (CHAT_PROXY_PROTOCOL) says \
            whether it expects a header of the PROXY protocol at first; it is asked in the other way, too.
            """
    )

    // An option that both commands have goes to the parent, wherever it is on the line.
    @ParentCommand var parent: ChatServerCommand
    @Option(help: "The path to ask: /readyz or /healthz.")
    var path = "/readyz"

    func run() async throws {
        let (options, environment) = (self.parent.options, ProcessInfo.processInfo.environment)
        let text = options.port ?? environment[Setting.port.variable] ?? Setting.port.fallback
        guard let port = Int(text), (1...65535).contains(port) else {
            throw ValidationError("--port: \"\(text)\" is no port, 1 to 65535")
        }
        let host = options.host ?? Setting.host.fallback
        var rules = TLSConfiguration.makeClientConfiguration()
        rules.certificateVerification = .none
        let tls = try NIOSSLContext(configuration: rules)
        // A server that takes this machine for a proxy which speaks the PROXY protocol closes what comes without it, counts
        // it and warns; one that does not cannot read the header. The setting may be in a file, too, which is not read.
        let expectsHeader = options.proxyProtocol ?? environment[Setting.proxyProtocol.variable]
        let prologues = ["", "PROXY UNKNOWN\r\n"]
        for prologue in expectsHeader == "on" ? prologues.reversed() : prologues {
            let door = Door(host: host, port: port, prologue: prologue)
            do {
                var status = try await door.status(of: self.path, tls: nil)
                // So a port that speaks TLS answers a request that is not encrypted.
                if status == .badRequest { status = try await door.status(of: self.path, tls: tls) }
                switch status {
                case .ok: return
                case nil, .badRequest, .notImplemented: continue
                default: throw ExitCode.failure
                }
            } catch is Door.IsUnreachable {
                // Nobody listens yet: it may be just about to, and is not to be asked in the way that it does not expect.
                throw ExitCode.failure
            }
        }
        throw ExitCode.failure
    }
}

/// The address of a server, and what has to be said there before anything else.
private struct Door {
    let host: String
    let port: Int
    let prologue: String

    /// There is no connection.
    struct IsUnreachable: Error {}

    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// The status of the answer; nil when the connection ends without one.
    func status(of path: String, tls: NIOSSLContext?) async throws(IsUnreachable) -> HTTPResponseStatus? {
        let connection = try await self.connect(tls)
        return try? await connection.executeThenClose { inbound, outbound in
            let headers: HTTPHeaders = ["Host": "\(self.host):\(self.port)", "Connection": "close"]
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
            try await outbound.write(.head(head))
            try await outbound.write(.end(nil))
            for try await part in inbound {
                if case .head(let head) = part { return head.status }
            }
            return nil
        }
    }

    private func connect(_ tls: NIOSSLContext?) async throws(IsUnreachable) -> Connection {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(3))
                .connect(host: self.host, port: self.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if !self.prologue.isEmpty {
                            try channel.pipeline.syncOperations.addHandler(Prologue(self.prologue))
                        }
                        if let tls {
                            let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                            try channel.pipeline.syncOperations.addHandler(handler)
                        }
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch { throw IsUnreachable() }
    }
}

/// Writes something as soon as there is a connection, before any other handler does.
private final class Prologue: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String

    init(_ text: String) { self.text = text }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: self.text)), promise: nil)
        context.fireChannelActive()
    }
}
