import NIOCore
import NIOPosix
import NIOSSL
import Testing
import TestSupport

/// A bare connection: it sends bytes in packets as it is told, and hides nothing of what comes back.
struct RawClient {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let channel: any Channel
    private var received = ByteBuffer()

    /// Connects, and hands the client to the test.
    ///
    /// - Parameters:
    ///   - port: The server's port.
    ///   - tls: What to encrypt it with; nil: nothing.
    ///   - body: The test.
    /// - Returns: What the test returns.
    /// - Throws: What the sockets or the test throw.
    static func with<Result>(
        port: Int,
        tls: NIOSSLContext? = nil,
        _ body: (inout RawClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.patient)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try TestCertificates.encrypt(channel, tls)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = RawClient(
                outbound: outbound,
                inbound: inbound.makeAsyncIterator(),
                channel: channel.channel
            )
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

    /// Sends bytes, in packets of a size when one is given.
    ///
    /// A server that has heard enough may have closed.
    func send(_ bytes: [UInt8], packet: Int = .max) async {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(packet)
            rest = rest.dropFirst(piece.count)
            guard (try? await self.outbound.write(ByteBuffer(bytes: piece))) != nil else { return }
        }
    }

    func send(_ text: String) async { await self.send(Array(text.utf8)) }

    /// Its own port.
    var port: Int? { self.channel.localAddress?.port }

    /// The certificate that the server has shown.
    func certificate() async throws -> NIOSSLCertificate? { try await self.channel.nioSSL_peerCertificate().get() }

    /// The protocol that both have agreed on.
    func agreedProtocol() async throws -> String? {
        let channel = self.channel
        return try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: ProtocolWatch.self).agreed
        }.get()
    }

    /// Ends the output of the socket, and says nothing of it in TLS.
    func cutInput() async throws {
        let channel = self.channel
        let isCut = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute {
            do {
                let below = try channel.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
                below.close(mode: .output, promise: isCut)
            } catch { isCut.fail(error) }
        }
        try await isCut.futureResult.get()
    }

    /// Waits for the end.
    ///
    /// - Returns: Whether the server has said it, and the connection did not just break.
    mutating func endsCleanly() async -> Bool {
        do {
            while let bytes = try await self.inbound.next(isolation: #isolation) {
                self.received.writeImmutableBuffer(bytes)
            }
            return true
        } catch { return false }
    }

    /// Says that nothing more is sent.
    func endInput() async { try? await self.channel.close(mode: .output) }

    /// An answer: its status, its fields by lower-case name, and its body.
    struct Answer {
        var status = 0
        var fields: [String: String] = [:]
        var body = ""
    }

    /// The next answer.
    ///
    /// - Parameter hasBody: Whether a body follows where a length is told; not so for `HEAD`.
    /// - Returns: nil when the connection ends before it.
    mutating func answer(hasBody: Bool = true) async -> Answer? {
        while true {
            let view = self.received.readableBytesView
            if let end = view.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: view[..<end.lowerBound], as: UTF8.self)
                let lines = head.split(separator: "\r\n")
                var answer = Answer()
                answer.status = Int(lines[0].split(separator: " ")[1]) ?? 0
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    answer.fields[parts[0].lowercased()] = parts[1].trimmingPrefix(" ").description
                }
                let length = hasBody ? Int(answer.fields["content-length"] ?? "0") ?? 0 : 0
                let start = end.upperBound - self.received.readerIndex
                if self.received.readableBytes >= start + length {
                    self.received.moveReaderIndex(forwardBy: start)
                    answer.body = self.received.readString(length: length) ?? ""
                    return answer
                }
            }
            guard await self.more() else { return nil }
        }
    }

    /// Whether the server closes, with nothing more to say.
    mutating func isClosed() async -> Bool {
        while await self.more() {}
        return self.received.readableBytes == 0
    }

    /// What comes until these bytes have come, or the end.
    mutating func text(until end: String) async -> String {
        while true {
            let text = String(buffer: self.received)
            if text.contains(end) { return text }
            guard await self.more() else { return text }
        }
    }

    /// Takes what comes up to these bytes, and leaves what follows; nil when the connection ends before them.
    mutating func take(through end: String) async -> String? {
        while true {
            if let found = self.received.readableBytesView.firstRange(of: Array(end.utf8)) {
                let text = self.received.readString(length: found.upperBound - self.received.readerIndex)
                return text.map { String($0.dropLast(end.count)) }
            }
            guard await self.more() else { return nil }
        }
    }

    /// Stops reading from the socket, or reads again.
    func setReading(_ isReading: Bool) async throws {
        try await self.channel.setOption(.autoRead, value: isReading).get()
        if isReading { self.channel.read() }
    }

    private mutating func more() async -> Bool {
        guard let bytes = try? await self.inbound.next(isolation: #isolation) else { return false }
        self.received.writeImmutableBuffer(bytes)
        return true
    }
}
