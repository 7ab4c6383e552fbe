import CoreMetrics

/// Counts what comes to the door of one loop, and how it is answered.
struct DoorMetrics {
    /// The outcome of an accept.
    enum Accept: String, CaseIterable { case admitted, turnedAway = "turned_away", closed }

    /// The outcome of a handshake of TLS.
    enum TLSHandshake: String, CaseIterable { case completed, failed }

    /// The outcome of a request for a WebSocket.
    enum WebSocketHandshake: String, CaseIterable { case opened, turnedAway = "turned_away", refused }

    /// The label that has the outcome.
    private static let outcome = "outcome"

    private let accepts: [Accept: Counter]
    private let tlsHandshakes: [TLSHandshake: Counter]
    private let webSocketHandshakes: [WebSocketHandshake: Counter]
    let responses: ResponseMetrics

    init(shard: String, of registry: MetricsRegistry) {
        let dimensions = [(MetricsRegistry.shard, shard)]
        func counters<Outcome: CaseIterable & RawRepresentable<String> & Hashable>(
            _ metric: Metric,
            _ outcomes: Outcome.Type
        ) -> [Outcome: Counter] {
            Dictionary(
                uniqueKeysWithValues: outcomes.allCases.map { outcome in
                    (outcome, Counter(metric, dimensions + [(Self.outcome, outcome.rawValue)], of: registry))
                }
            )
        }
        self.accepts = counters(.accepts, Accept.self)
        self.tlsHandshakes = counters(.tlsHandshakes, TLSHandshake.self)
        self.webSocketHandshakes = counters(.webSocketHandshakes, WebSocketHandshake.self)
        self.responses = ResponseMetrics(dimensions, of: registry)
    }

    /// A connection was accepted.
    func count(_ accept: Accept) { self.accepts[accept]?.increment() }

    /// A handshake of TLS has ended.
    func count(_ handshake: TLSHandshake) { self.tlsHandshakes[handshake]?.increment() }

    /// A request for a WebSocket was answered.
    func count(_ handshake: WebSocketHandshake) { self.webSocketHandshakes[handshake]?.increment() }
}
