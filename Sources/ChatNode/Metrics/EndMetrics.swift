import ChatCore
import CoreMetrics

/// Counts the ends of WebSockets.
struct EndMetrics {
    /// The label that has the close code.
    private static let code = "code"
    /// The codes with which the server closes (docs/PROTOCOL.md, section 7).
    private static let codes: [UInt16] = [
        1002, 1003, 1007, 1009, 1012, 1013, 4000, 4001, 4002, 4501, 4503, 4504, 4505,
    ]

    private let byServer: [UInt16: Counter]
    private let byServerOtherwise: Counter
    private let byClient: Counter
    private let lost: Counter
    private let slowConsumers: Counter

    init(_ dimensions: [(String, String)], of registry: MetricsRegistry) {
        func counter(_ code: String) -> Counter { Counter(.closes, dimensions + [(Self.code, code)], of: registry) }
        self.byServer = Dictionary(uniqueKeysWithValues: Self.codes.map { ($0, counter(String($0))) })
        self.byServerOtherwise = counter("other")
        self.byClient = counter("client")
        self.lost = counter("lost")
        self.slowConsumers = Counter(.slowConsumers, dimensions, of: registry)
    }

    /// The server closes a connection.
    func closed(_ disconnect: Disconnect) {
        (self.byServer[disconnect.code] ?? self.byServerOtherwise).increment()
        if disconnect.code == Disconnect.slowConsumer.code { self.slowConsumers.increment() }
    }

    /// A client closes its connection, by whatever code.
    func closedByClient() { self.byClient.increment() }

    /// A connection has ended, and nobody has closed it.
    func wasLost() { self.lost.increment() }
}
