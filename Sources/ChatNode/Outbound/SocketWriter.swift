import Glibc
import NIOCore
import NIOSSL

extension NIOBSDSocket.Option {
    /// The milliseconds after which a connection ends whose peer confirms nothing that was sent (tcp(7)).
    static let userTimeout = Self(rawValue: TCP_USER_TIMEOUT)
}

/// The socket below a connection, for writing past the channel and its handlers.
///
/// A write through the channel takes some 4,000 instructions besides the system call, this one 300: for single messages
/// that is a fifth of the cost of a delivery. It is borrowed from the channel, so its owner keeps two rules:
///
/// - The channel has nothing queued; otherwise bytes would overtake each other.
/// - The owner drops it before the channel closes. The system gives the descriptor to the next connection at once, and
///   later bytes would reach somebody else.
struct SocketWriter: ~Copyable {
    private let descriptor: CInt

    /// Borrows the socket of a channel; fails when there is none, and when the channel changes bytes on the way.
    ///
    /// - Parameter channel: The channel; its loop is the caller's.
    init?(of channel: any Channel) {
        let pipeline = channel.pipeline.syncOperations
        // With TLS the socket carries only bytes that the handler has encrypted.
        guard (try? pipeline.context(handlerType: NIOSSLServerHandler.self)) == nil,
            let descriptor = try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self, { $0 })
        else { return nil }
        self.descriptor = descriptor
    }

    /// Sends bytes.
    ///
    /// - Returns: The number that the socket has taken; 0 also when it is broken, which the channel notices when it
    ///   gets the rest.
    func write(_ bytes: ByteBuffer) -> Int {
        bytes.withUnsafeReadableBytes { bytes in
            max(0, send(self.descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)))
        }
    }
}
