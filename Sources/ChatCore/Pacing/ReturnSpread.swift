/// Spreads the clients of a node that goes away over a window of time in which they come back elsewhere.
///
/// The window grows with their number, so that the nodes that take them get the same number each second. Each event loop
/// spreads its own clients over the whole window, evenly, so it need not know of the others.
///
/// It has no clock: the times are those that clients are told (`reconnect_ms`, docs/PROTOCOL.md, section 3).
package struct ReturnSpread: Equatable, Sendable {
    /// The returns a second that the window aims at, from all clients of the node.
    ///
    /// One core takes 2,100 to 3,000 a second while others talk there (docs/BENCHMARKS.md), and a node admits 5,000 new
    /// connections a second by default (docs/LIMITS.md).
    package static let pace = 2500
    /// The earliest return: nobody comes back while the connection is still being closed.
    package static let earliest: Duration = .milliseconds(100)
    /// The shortest window.
    package static let shortest: Duration = .seconds(2)
    /// The longest window, in which more than 75,000 clients come back faster.
    ///
    /// With the usual grace it is shorter than a lease: the other nodes look at the leases when it ends.
    package static let longest: Duration = .seconds(30)
    /// The time that clients wait in addition, at most, by themselves.
    package static let jitter: Duration = .milliseconds(500)

    /// The length of the window.
    package let window: Duration

    /// Makes the window for a node.
    ///
    /// - Parameter connections: The clients that are to come back, of all event loops.
    package init(connections: Int) {
        let needed = Duration.seconds(Double(connections) / Double(Self.pace))
        self.window = min(max(needed, Self.shortest), Self.longest)
    }

    /// The time after which the last client has begun to come back.
    package var end: Duration { Self.earliest + self.window + Self.jitter }

    /// The time after which a client comes back.
    ///
    /// Each client has a slot of its own: the window has as many as the loop has clients. The time is random within the
    /// slot, so that loops do not come in step.
    ///
    /// - Parameters:
    ///   - index: The number of the client on its loop, from 0 on.
    ///   - count: The number of clients of the loop.
    ///   - generator: The source of the time within the slot.
    /// - Returns: Milliseconds; at least those of ``earliest``, and less than those of the window more.
    package func milliseconds(
        for index: Int,
        of count: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        let slots = max(1, count)
        let slot = min(max(0, index), slots - 1)
        let window = Int(self.window / .milliseconds(1))
        // Slots may be shorter than a millisecond: the place within one is found before anything is rounded.
        let place = (Double(slot) + Double.random(in: 0..<1, using: &generator)) / Double(slots)
        return Int(Self.earliest / .milliseconds(1)) + min(window - 1, Int(place * Double(window)))
    }
}
