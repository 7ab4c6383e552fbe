import NIOCore
import NIOPosix
import NIOSSL
import Testing
import TestSupport

@testable import ChatNode

/// A port on a real connection whose socket takes only a few kilobytes, and a peer that reads when it is told to.
struct PortFixture {
    private let port: NIOLoopBound<PortBox>
    private let peer: any Channel
    private let received: NIOLoopBound<Received>

    /// Connects, hands the pair to the test, and closes both.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that wait in the port, besides a page of a replay.
    ///   - hasTLS: Whether a TLS handler stands before the port.
    ///   - body: The test.
    /// - Throws: What the sockets or the test throw.
    static func with(
        limit: Int = 1 << 20,
        hasTLS: Bool = false,
        _ body: (PortFixture) async throws -> Void
    ) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let accepted = loop.makePromise(of: NIOLoopBound<PortBox>.self)
        let server = try await ServerBootstrap(group: loop)
            .childChannelOption(.socketOption(.so_sndbuf), value: 4096)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let spy = ChannelSpy()
                    try pipeline.addHandler(spy)
                    if hasTLS { try pipeline.addHandler(NIOSSLServerHandler(context: Self.tls())) }
                    let box = PortBox(OutboundPort(channel: channel, limit: limit), channel, spy)
                    try pipeline.addHandler(EndHandler(box))
                    accepted.succeed(NIOLoopBound(box, eventLoop: channel.eventLoop))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let received = NIOLoopBoundBox.makeEmptyBox(valueType: Received.self, eventLoop: loop)
        let peer = try await ClientBootstrap(group: loop)
            .connectTimeout(.patient)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = Received()
                    received.value = handler
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(to: try #require(server.localAddress)).get()
        let port = try await accepted.futureResult.get()
        let handler = try await loop.submit { NIOLoopBound(received.value.unsafelyUnwrapped, eventLoop: loop) }.get()
        try await body(PortFixture(port: port, peer: peer, received: handler))
        try? await peer.close()
        try? await server.close()
    }

    private static func tls() throws -> NIOSSLContext { try NIOSSLContext(configuration: .makeClientConfiguration()) }

    /// Does something with the port, on its loop.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (PortBox) throws -> Value) async throws -> Value {
        let port = self.port
        return try await port.eventLoop.submit { try body(port.value) }.get()
    }

    /// Lets the peer read until it has so many bytes, or the end of the stream.
    func receive(_ count: Int) async throws -> [UInt8] {
        // A peer whose connection has ended reads no more; what it has received is there.
        try? await self.peer.setOption(.autoRead, value: true).get()
        self.peer.read()
        let received = self.received
        return try await received.eventLoop.flatSubmit { received.value.bytes(count) }.get()
    }
}

/// What a test does with a port on its loop.
final class PortBox {
    let port: OutboundPort
    let channel: any Channel
    let spy: ChannelSpy
    /// What is done when the connection has ended; nil after that.
    var onInactive: (() -> Void)?

    init(_ port: OutboundPort, _ channel: any Channel, _ spy: ChannelSpy) {
        self.port = port
        self.channel = channel
        self.spy = spy
    }

    /// Bytes that wait in the channel.
    var waiting: Int { (try? self.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }
}

/// Hears of the end of the connection, as the handler of a client does.
final class EndHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let box: PortBox

    init(_ box: PortBox) { self.box = box }

    func channelInactive(context: ChannelHandlerContext) {
        self.box.onInactive?()
        self.box.onInactive = nil
        context.fireChannelInactive()
    }
}

/// Counts what is written through the channel.
final class ChannelSpy: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var bytes = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.bytes += self.unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }
}

/// What the peer has received.
final class Received: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var buffer = ByteBuffer()
    private var hasEnded = false
    private var awaited: (count: Int, promise: EventLoopPromise<[UInt8]>)?
    private var loop: (any EventLoop)?

    func handlerAdded(context: ChannelHandlerContext) { self.loop = context.eventLoop }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.buffer.writeImmutableBuffer(self.unwrapInboundIn(data))
        self.give()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.hasEnded = true
        self.give()
    }

    func bytes(_ count: Int) -> EventLoopFuture<[UInt8]> {
        guard let loop else { preconditionFailure("asked before it was added") }
        let promise = loop.makePromise(of: [UInt8].self)
        self.awaited = (count, promise)
        self.give()
        return promise.futureResult
    }

    private func give() {
        guard let (count, promise) = self.awaited, self.hasEnded || self.buffer.readableBytes >= count else { return }
        self.awaited = nil
        promise.succeed(self.buffer.readBytes(length: min(count, self.buffer.readableBytes)) ?? [])
    }
}
