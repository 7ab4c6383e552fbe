package import ChatCore

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

/// Called with the traffic on the wire: in order, one call at a time, and before the client reads it.
package typealias WireObserver = @Sendable (WireObservation) -> Void
