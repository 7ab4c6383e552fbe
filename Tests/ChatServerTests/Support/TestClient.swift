import ChatCore
import ChatDeflate
import ChatWebSocket
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing
import TestSupport

@testable import ChatNode

/// A bare WebSocket client: it sends and receives what it is told to, and hides nothing.
struct TestClient {
    /// What the server did.
    enum Received: Equatable {
        case message(JSONValue)
        case close(CloseFrame)
        case ping
        case end
    }

    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var decoder = FrameDecoder(role: .client, maximumMessageBytes: 16 << 20)
    private let channel: any Channel
    private var beforeReplies: CircularBuffer<JSONValue> = []
    /// Whether it answers pings, as clients do.
    var answersPings = true
    /// The status line and headers of the answer to the upgrade request.
    private(set) var handshake = ""
    /// Where the answer agreed to compression: what inflates messages.
    private var inflater: Inflater?
    /// In that case all frames as they came.
    private(set) var wire = ByteBuffer()

    /// Connects, shakes hands, and hands the client to the test.
    static func with<Result>(
        port: Int,
        path: String,
        headers: [(String, String)],
        tls: NIOSSLContext? = nil,
        socket: SocketFile? = nil,
        _ body: (inout TestClient) async throws -> Result
    ) async throws -> Result {
        let place =
            try socket.map { try SocketAddress(unixDomainSocketPath: $0.path) }
            ?? SocketAddress(ipAddress: "127.0.0.1", port: port)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.patient)
            .connect(to: place) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try TestCertificates.encrypt(channel, tls)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = TestClient(
                outbound: outbound,
                inbound: inbound.makeAsyncIterator(),
                channel: channel.channel
            )
            try await client.shakeHands(port: port, path: path, headers: headers)
            return try await body(&client)
        }
    }

    private init(
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        channel: any Channel
    ) {
        self.outbound = outbound
        self.inbound = inbound
        self.channel = channel
    }

    private mutating func shakeHands(
        port: Int,
        path: String,
        headers: [(String, String)]
    ) async throws {
        var request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        request += "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        request += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        try await self.outbound.write(ByteBuffer(string: request + "\r\n"))
        var head = ByteBuffer()
        while true {
            let bytes = try #require(await self.inbound.next(isolation: #isolation))
            head.writeImmutableBuffer(bytes)
            let view = head.readableBytesView
            guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            self.handshake = String(decoding: view[..<end.lowerBound], as: UTF8.self)
            head.moveReaderIndex(to: end.upperBound)
            if self.handshake.contains("permessage-deflate") {
                let inflater: Inflater = try #require(Inflater())
                self.inflater = inflater
            }
            self.received(head)
            return
        }
    }

    /// The status of the answer to the upgrade request.
    var status: Int { Int(self.handshake.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    // MARK: Sending

    /// Sends a command as JSON text.
    func send(_ json: String) async throws { try await self.send(.text, ByteBuffer(string: json)) }

    /// Sends a frame.
    func send(_ opcode: Opcode, _ payload: ByteBuffer) async throws {
        var frame = ByteBuffer()
        FrameEncoder.write(opcode, payload, mask: 0x1234_5678, to: &frame)
        try await self.outbound.write(frame)
    }

    /// Sends commands as JSON text, in one write: so close together that no clock can tell them apart.
    func sendAtOnce(_ commands: [String]) async throws {
        var frames = ByteBuffer()
        for command in commands {
            FrameEncoder.write(.text, ByteBuffer(string: command), mask: 0x1234_5678, to: &frames)
        }
        try await self.outbound.write(frames)
    }

    /// Sends bytes as they are.
    func sendRaw(_ bytes: [UInt8]) async throws { try await self.outbound.write(ByteBuffer(bytes: bytes)) }

    /// Stops reading from the socket.
    func stopReading() async throws { try await self.channel.setOption(.autoRead, value: false).get() }

    /// Reads from the socket again.
    func resumeReading() async throws {
        try await self.channel.setOption(.autoRead, value: true).get()
        self.channel.read()
    }

    // MARK: Receiving

    private mutating func received(_ bytes: ByteBuffer) {
        if self.inflater != nil { self.wire.writeImmutableBuffer(bytes) }
        self.decoder.append(bytes)
    }

    /// What comes next.
    mutating func receive() async throws -> Received {
        while true {
            switch try self.decoder.next(inflater: self.inflater) {
            case .text(let text): return .message(try JSONValue(text))
            case .close(let frame): return .close(frame)
            case .ping(let payload):
                if self.answersPings { try await self.send(.pong, payload) }
                return .ping
            case .binary, .pong: continue
            case nil: break
            }
            guard let bytes = try? await self.inbound.next(isolation: #isolation) else { return .end }
            self.received(bytes)
        }
    }

    /// The next message of a type, which may have come before a reply that was waited for; others before it are passed over.
    mutating func next(_ type: String) async throws -> JSONValue {
        while let message = self.beforeReplies.popFirst() {
            if message["type"]?.string == type { return message }
        }
        while true {
            let received = try await self.receive()
            guard case .message(let message) = received else {
                if received == .ping { continue }
                throw Ended(wanted: type, got: received)
            }
            if message["type"]?.string == type { return message }
        }
    }

    /// The reply to the command with this id; what comes before it is left to ``next(_:)``.
    ///
    /// Whether an event or the reply comes first is a matter of luck.
    mutating func reply(_ id: Int) async throws -> JSONValue {
        while true {
            let received = try await self.receive()
            guard case .message(let message) = received else {
                if received == .ping { continue }
                throw Ended(wanted: "reply \(id)", got: received)
            }
            if message["id"]?.integer == id { return message }
            self.beforeReplies.append(message)
        }
    }

    /// The next `joined` of a version that is not known yet: one's own comes, too.
    mutating func joined(after version: Int) async throws -> JSONValue {
        while true {
            let event = try await self.next("joined")
            if let new = event["presence_version"]?.integer, new > version { return event }
        }
    }

    /// Sends a command with an id and waits for its reply.
    mutating func call(_ id: Int, _ json: String) async throws -> JSONValue {
        try await self.send(#"{"id":\#(id),\#(json.dropFirst())"#)
        return try await self.reply(id)
    }

    /// The code with which the server closes; what comes before it is passed over.
    mutating func closeCode() async throws -> UInt16? {
        while true {
            switch try await self.receive() {
            case .close(let frame): return frame.code
            case .end: throw Ended(wanted: "a close frame")
            case .message, .ping: continue
            }
        }
    }

    /// The connection ended while something was awaited.
    struct Ended: Error {
        let wanted: String
        var got: Received?
    }
}
