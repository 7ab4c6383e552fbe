/// Decides when a client that makes do with streams tries a WebSocket again, without I/O and without a clock.
///
/// The network may be another one by now: a laptop goes from one that lets no WebSocket through to one that does.
struct WebSocketSearch {
    /// The time between two tries, from the end of one to the beginning of the next.
    static let interval: Duration = .seconds(60)

    /// When the next try is due.
    private(set) var due: ContinuousClock.Instant

    /// Begins with the streams.
    ///
    /// - Parameter now: The time.
    init(now: ContinuousClock.Instant) { self.due = now + Self.interval }

    /// What follows from a try.
    enum OnTry: Equatable, Sendable {
        /// There is still none: the streams go on, and the next try comes at ``due``.
        case goOn
        /// There is one: the streams end, and the client connects again.
        case leave
    }

    /// A try has ended.
    ///
    /// - Parameters:
    ///   - isOpen: Whether a WebSocket was opened.
    ///   - now: The time.
    /// - Returns: Whether the streams go on.
    mutating func tried(isOpen: Bool, now: ContinuousClock.Instant) -> OnTry {
        guard !isOpen else { return .leave }
        self.due = now + Self.interval
        return .goOn
    }
}
