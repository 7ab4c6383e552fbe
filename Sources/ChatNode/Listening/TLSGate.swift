import NIOCore
import NIOSSL

/// Stands where the encryption of a connection will be, until its first bytes have come.
///
/// They say whether the peer speaks TLS at all, and a peer that sends nothing costs no more than without TLS. The
/// certificate is that of the moment at which the handshake begins.
final class TLSGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// The first byte of a TLS connection: a record with a handshake (RFC 8446, section 5.1).
    private static let handshake: UInt8 = 22
    /// The most bytes of the handler's output buffer that an idle connection keeps.
    private static let keptOutput = 4096

    private let pending: PendingConnections

    init(pending: PendingConnections) { self.pending = pending }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let first = self.unwrapInboundIn(data).readableBytesView.first else { return }
        guard first == Self.handshake, let tls = self.pending.tls else {
            context.fireUserInboundEventTriggered(ConnectionHandler.SpeaksPlainly())
            return context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        var limits = NIOSSLHandler.Configuration()
        limits.maximumPreservedOutboundBufferCapacity = Self.keptOutput
        let handler = NIOSSLServerHandler(context: tls, configuration: limits)
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
