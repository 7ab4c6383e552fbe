import ChatCore
import NIOCore

/// The event of a connection whose proxy has said for whom it has connected; it comes before the first bytes.
struct ProxiedConnection {
    /// The client's address; nil: the proxy speaks for itself.
    let address: NetworkAddress?
}

/// The first handler of a connection from a proxy that speaks the PROXY protocol: it reads the header and goes.
///
/// A connection that does not begin with one is closed without an answer: it cannot be known whether its bytes would be
/// read by a client or by a proxy. The door, behind it, limits the time.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum State {
        case reading(ProxyHeader)
        case read
        case refused
    }

    private var state = State.reading(ProxyHeader())
    private let onRefusal: (String) -> Void

    /// Makes the handler of one connection.
    ///
    /// - Parameter onRefusal: Called with the reason why the connection is closed.
    init(onRefusal: @escaping (String) -> Void) { self.onRefusal = onRefusal }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.state {
        case .read: context.fireChannelRead(data)
        case .refused: break
        case .reading(var header):
            // Its bytes have one owner while they grow.
            self.state = .read
            switch header.receive(self.unwrapInboundIn(data)) {
            case .wait: self.state = .reading(header)
            case .refuse(let reason):
                self.state = .refused
                self.onRefusal(reason)
                context.close(promise: nil)
            case .proxied(let address, let rest):
                context.fireUserInboundEventTriggered(ProxiedConnection(address: address))
                if rest.readableBytes > 0 { context.fireChannelRead(self.wrapInboundOut(rest)) }
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            }
        }
    }
}
