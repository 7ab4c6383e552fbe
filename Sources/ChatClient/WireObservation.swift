package import ChatCore
internal import NIOCore

/// The traffic between a client and its server, before the client interprets it.
///
/// The client hides a server's faults from its program: it drops duplicates and turns holes into gaps. A program that
/// judges servers looks here.
package enum WireObservation: Sendable {
    /// A new connection; there is no more traffic of an earlier one.
    case opened
    /// A command went out.
    case sent(CommandEnvelope)
    /// Something came in.
    case received(ServerMessage)
    /// A message came in that is not part of the protocol.
    case garbled
    /// The connection is gone.
    case closed
}

extension ChatClient {
    /// Called with the traffic on the wire: in order, one call at a time, and before the client reads it.
    package typealias WireObserver = @Sendable (WireObservation) -> Void

    /// Sets an observer of the wire, from the next message on.
    package func observe(_ observer: @escaping WireObserver) { self.observer = observer }

    /// Breaks the connection without a close frame; the client reconnects as after any broken connection.
    package func interrupt() {
        self.machine.interrupted()
        self.link?.close()
    }

    /// Moves to another node of the same chat: at once if there is a connection, otherwise with the next one.
    ///
    /// - Parameter configuration: The settings of the connection; its user is ignored.
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
    /// The number of sends without an answer.
    package var unconfirmed: Int { self.machine.sendQueue.count }

    /// The rooms that the client is in, or rejoins as soon as it can.
    package var rooms: [RoomName] { self.machine.rooms.names }
}
