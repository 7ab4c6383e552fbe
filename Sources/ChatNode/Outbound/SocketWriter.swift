import Glibc
import NIOCore
import NIOSSL

/// The socket below a connection, written to without the channel's way through its handlers.
///
/// A write through the channel takes some 4,000 instructions besides the system call, this one 300: for single messages
/// that is a fifth of what a delivery costs. It is borrowed from the channel, so whoever holds it keeps two rules:
///
/// - The channel has nothing queued; else bytes would overtake each other.
/// - It is forgotten before the channel closes. The system gives the descriptor to the next connection at once, and
///   what is sent after that reaches somebody else.
struct SocketWriter: ~Copyable {
    private let descriptor: CInt

    /// Borrows the socket of a channel; fails when there is none, and where what leaves it is not what was written.
    ///
    /// - Parameter channel: The channel; its loop is the caller's.
    init?(of channel: any Channel) {
        let pipeline = channel.pipeline.syncOperations
        // Behind TLS the socket carries what the handler has encrypted, and nothing else.
        guard (try? pipeline.context(handlerType: NIOSSLServerHandler.self)) == nil,
            let descriptor = try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self, { $0 })
        else { return nil }
        self.descriptor = descriptor
    }

    /// Sends bytes.
    ///
    /// - Returns: How many of them the socket has taken; 0 also when it is broken, which the channel finds out by itself
    ///   when it is given the rest.
    func write(_ bytes: ByteBuffer) -> Int {
        bytes.withUnsafeReadableBytes { bytes in
            max(0, send(self.descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)))
        }
    }
}
