import ChatCore
import CoreMetrics
import Synchronization

/// The bytes of memory that clients make the node hold: what waits to be sent to them, and the parts of messages that
/// they have begun.
///
/// Each connection has a bound of its own, but ten thousand of them together could have more than the machine. Past the
/// ceiling, the node takes no new connections, gives no pages of the past, and each loop lets go of the clients for which
/// most waits (``Shard/shed()``).
final class BufferGauge: Sendable {
    /// The part of the ceiling down to which clients are let go of.
    static let relief = 0.75

    private let bytes = Atomic<Int>(0)
    private let ceiling: Atomic<Int>
    private let gauge: Meter

    init(ceiling: Int, metrics: MetricsRegistry) {
        self.ceiling = Atomic(ceiling)
        self.gauge = Meter(.buffered, of: metrics)
    }

    /// The present number of bytes.
    var level: Int { self.bytes.load(ordering: .relaxed) }

    /// The number of bytes from which on the node sheds load.
    var limit: Int { self.ceiling.load(ordering: .relaxed) }

    /// Whether there is too much.
    var isOver: Bool { self.level > self.limit }

    /// The number of bytes that must go until there is relief.
    var excess: Int { max(0, self.level - Int(Double(self.limit) * Self.relief)) }

    /// The least bytes for which a client is let go of: a quarter of its fair share.
    ///
    /// Most clients hold little, and to close them would hurt people and help nobody. Without all that hold more, there
    /// is at most a quarter of the ceiling.
    func leastShed(connections: Int) -> Int { max(1, self.limit / 4 / max(1, connections)) }

    /// The number has changed by this.
    func add(_ change: Int) {
        guard change != 0 else { return }
        self.bytes.wrappingAdd(change, ordering: .relaxed)
    }

    /// Reports the present number.
    func measure() { self.gauge.set(self.level) }

    /// Sets another ceiling.
    func setCeiling(_ bytes: Int) { self.ceiling.store(bytes, ordering: .relaxed) }

    /// The error for whoever asks for more than must be.
    var error: ProtocolError {
        ProtocolError(
            .unavailable,
            "the server holds at most \(self.limit) bytes for its clients",
            retryMilliseconds: .random(in: 2000...5000),
            limit: self.limit
        )
    }
}
