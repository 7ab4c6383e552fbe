import ChatCore
import ChatSystem
import NIOCore
import ServiceLifecycle
import Synchronization

/// Makes the answer of `GET /api/status` (docs/PROTOCOL.md, section 8).
///
/// Counters are read for each request. Requests to every loop are made at most once a second, however many clients look
/// at the same time, and the loop knows the number already: nothing walks over its rooms.
actor StatusBoard: Service {
    private static let rates = [Metric.published.name, Metric.deliveries.name, Metric.received.name, Metric.sent.name]
    private static let censusAge = Duration.seconds(1)

    private let node: NodeContext
    private let shards: [Shard]
    private let start = ContinuousClock.now
    private var window = RateWindow()
    private var census = ShardCensus()
    private var censusTime: ContinuousClock.Instant?

    /// Makes the board of a node.
    init(node: NodeContext, shards: [Shard]) {
        self.node = node
        self.shards = shards
    }

    /// Takes a sample each second, until the node ends.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await self.sample() } while (try? await Task.sleep(for: .seconds(1))) != nil
        }
    }

    private func sample() {
        let totals = Self.rates.map { ($0, self.node.metrics.total($0)) }
        self.window.add(Dictionary(uniqueKeysWithValues: totals), at: .now)
    }

    private func refreshCensus() async {
        guard self.censusTime.map({ .now - $0 >= Self.censusAge }) ?? true else { return }
        self.censusTime = .now
        var sum = ShardCensus()
        for shard in self.shards {
            let census = await shard.census()
            sum.members += census.members
            sum.degradation = sum.degradation ?? census.degradation
        }
        self.census = sum
    }

    /// The state of the node now, as JSON.
    ///
    /// - Parameter withActivity: Whether to tell its activity too.
    /// - Returns: One object.
    func report(withActivity: Bool = true) async -> ByteBuffer {
        await self.refreshCensus()
        var json = JSONWriter()
        json.field("time", WallClock.now())
        json.field("node", self.node.name)
        json.field("server", NodeContext.serverVersion)
        json.field("uptime_seconds", Int((ContinuousClock.now - self.start).inSeconds))
        json.field("state", self.state)
        json.object("broker") { json in
            json.field("kind", self.node.control.kind)
            json.field("state", self.census.degradation == nil ? "ok" : "degraded")
            if let detail = self.census.degradation { json.field("detail", detail) }
        }
        if withActivity { self.writeActivity(to: &json) }
        return json.finish()
    }

    private func writeActivity(to json: inout JSONWriter) {
        json.field("shards", self.shards.count)
        json.field("connections", self.node.admission.webSocketCount)
        json.field("rooms", self.node.occupancy.roomCount)
        json.field("members", self.census.members)
        json.object("published") { self.write(Metric.published.name, to: &$0) }
        json.object("deliveries") { self.write(Metric.deliveries.name, to: &$0) }
        json.object("received") { self.write(Metric.received.name, to: &$0) }
        json.object("sent") { self.write(Metric.sent.name, to: &$0) }
        let refused = self.node.metrics.totals(Metric.refused.name, by: RefusalMetrics.dimension)
        json.array("refused", LimitName.allCases.filter { refused[$0.rawValue, default: 0] > 0 }) { json, limit in
            json.field("limit", limit.rawValue)
            json.field("total", refused[limit.rawValue] ?? 0)
        }
        json.field("buffered_bytes", self.node.costs.buffers.level)
        json.object("latency_ms") { Self.write(self.node.metrics.distribution(Metric.latency.name), to: &$0) }
    }

    private var state: String {
        if self.node.admission.isDraining { return "draining" }
        return self.census.degradation == nil ? "ok" : "degraded"
    }

    private func write(_ name: String, to json: inout JSONWriter) {
        json.field("total", self.node.metrics.total(name))
        json.field("per_second", self.window.rate(name))
    }

    /// Buckets as Prometheus has them: each counts all that is at or below its bound.
    private static func write(_ distribution: Histogram.Distribution, to json: inout JSONWriter) {
        json.field("count", distribution.count)
        json.field("sum", distribution.milliseconds)
        var below = 0
        json.array("buckets", zip(Histogram.bounds, distribution.counts)) { json, bucket in
            below += bucket.1
            json.field("le", bucket.0)
            json.field("count", below)
        }
    }
}
