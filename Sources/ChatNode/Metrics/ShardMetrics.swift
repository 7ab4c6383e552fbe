import ChatCore
import ChatSystem
import CoreMetrics

/// The counters of one shard: each count is an addition to a number that no other loop writes.
struct ShardMetrics {
    let commands: CommandMetrics
    let ends: EndMetrics
    let responses: ResponseMetrics
    private let published: Counter
    private let deliveries: Counter
    private let received: Counter
    private let sent: Counter
    private let latency: Histogram
    private let roundTrip: Histogram
    private let loopLag: Histogram
    private let gaps: Counter
    private let resets: Counter
    private let overflows: Counter
    private let waiting: Meter
    private let members: Meter
    private let brokersLost: Meter

    init(shard: String, of registry: MetricsRegistry) {
        let dimensions = [(MetricsRegistry.shard, shard)]
        self.commands = CommandMetrics(dimensions, of: registry)
        self.ends = EndMetrics(dimensions, of: registry)
        self.responses = ResponseMetrics(dimensions, of: registry)
        self.published = Counter(.published, dimensions, of: registry)
        self.deliveries = Counter(.deliveries, dimensions, of: registry)
        self.received = Counter(.received, dimensions, of: registry)
        self.sent = Counter(.sent, dimensions, of: registry)
        self.latency = registry.histogram(.latency, dimensions)
        self.roundTrip = registry.histogram(.roundTrip, dimensions)
        self.loopLag = registry.histogram(.loopLag, dimensions)
        self.gaps = Counter(.gapsTold, dimensions, of: registry)
        self.resets = Counter(.resetsTold, dimensions, of: registry)
        self.overflows = Counter(.inboxOverflows, dimensions, of: registry)
        self.waiting = Meter(.waitingConnections, dimensions, of: registry)
        self.members = Meter(.members, dimensions, of: registry)
        self.brokersLost = Meter(label: Self.lostBrokers, dimensions: dimensions, factory: registry)
    }

    /// The loops that have lost the broker: a name within the node, of which ``Metric/brokerUp`` is made.
    static let lostBrokers = "chat_loops_without_broker"

    // MARK: Messages

    /// A client's message is stored.
    func didPublish() { self.published.increment() }

    /// A command came.
    func didReceive() { self.received.increment() }

    /// A reply or an event was written for one client.
    func didSend() { self.sent.increment() }

    /// A room's frames were written for its live members.
    func didDeliver(_ tally: DeliveryTally, to members: Int) {
        guard members > 0, tally.frames > 0 else { return }
        self.sent.increment(by: tally.frames * members)
        guard tally.messages > 0 else { return }
        self.deliveries.increment(by: tally.messages * members)
        if let oldest = tally.oldest { self.latency.record(Int64(WallClock.now() - oldest)) }
    }

    // MARK: Losses

    /// So many clients were told that there are messages which they will not get.
    func didTellGap(to clients: Int) { self.gaps.increment(by: clients) }

    /// So many clients were told that their room's log began anew.
    func didTellReset(to clients: Int) { self.resets.increment(by: clients) }

    /// Events for the shard were dropped.
    func didOverflow() { self.overflows.increment() }

    // MARK: Times

    /// The broker has stored a batch of sends that was measured.
    func didStore(after time: Duration) { self.roundTrip.recordNanoseconds(time.nanoseconds) }

    /// The loop has its turn, this much later than it should.
    func didTurn(late time: Duration) { self.loopLag.recordNanoseconds(time.nanoseconds) }

    /// The present numbers.
    func measure(waiting: Int, members: Int, hasBroker: Bool) {
        self.waiting.set(waiting)
        self.members.set(members)
        self.brokersLost.set(hasBroker ? 0 : 1)
    }
}

extension Duration {
    /// In nanoseconds, at most some 292 years.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflows ? .max : sum
    }
}
