package import ChatCore
internal import NIOCore

/// What passes between a client and its server, before the client interprets it.
///
/// The client hides from its program what a server does wrong: it drops doubles and turns holes into gaps. A program
/// that judges servers looks here.
package enum WireObservation: Sendable {
    /// A new connection; nothing of an earlier one comes any more.
    case opened
    /// A command went out.
    case sent(CommandEnvelope)
    /// Something came in.
    case received(ServerMessage)
    /// A message came in that is none of the protocol's.
    case garbled
    /// The connection is gone.
    case closed
}

extension ChatClient {
    /// Is told what passes on the wire: in order, one call at a time, and before the client looks at it.
    package typealias WireObserver = @Sendable (WireObservation) -> Void

    /// Lets somebody watch the wire, from the next message on.
    package func observe(_ observer: @escaping WireObserver) { self.observer = observer }

    /// Breaks the connection without a close frame; the client reconnects as after any broken connection.
    package func interrupt() {
        self.machine.interrupted()
        self.link?.close(promise: nil)
    }

    /// Moves to another node of the same chat: at once if there is a connection, otherwise with the next one.
    ///
    /// - Parameter configuration: Where and how to connect; what it says of the user is not looked at.
    /// - Throws: ``ClientError`` with the code `invalid`.
    package func move(to configuration: Configuration) throws(ClientError) {
        self.connector = try LinkConnector(
            configuration.server,
            trustedAuthorities: configuration.trustedAuthorities
        )
        self.interrupt()
    }
}

extension ChatClient {
    /// How many sends have no answer yet.
    package var unconfirmed: Int { self.machine.outbox.count }

    /// The rooms that the client is in, or comes back to as soon as it can.
    package var rooms: [RoomName] { self.machine.rooms.names }
}
