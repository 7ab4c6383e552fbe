import ChatCore
import NIOCore

extension ConnectionHandler {
    /// State that an idle WebSocket need not keep.
    final class Door {
        let context: ChannelHandlerContext
        var machine: DoorMachine
        var isReading = true
        /// The bytes of an answer that is on its way.
        var answerBytes = 0
        /// The bytes that the node holds for it (``BufferGauge``): of an answer and of a request.
        var heldBytes = 0
        /// Whether a handshake of TLS has to come first, and has not ended well.
        var awaitsTLS: Bool

        init(_ context: ChannelHandlerContext, _ machine: DoorMachine, awaitsTLS: Bool) {
            self.awaitsTLS = awaitsTLS
            self.context = context
            self.machine = machine
        }
    }

    enum Stage {
        /// It has not been added yet; it may have been told to close.
        case accepted(refusal: Disconnect?)
        case door(Door)
        case webSocket(ClientID)
        /// Its answer goes on as a stream, which the shard writes; what the peer still sends is ignored.
        case stream(ClientID)
        /// Another handler lives on the connection.
        case passage(Door)
        case ended
    }
}
