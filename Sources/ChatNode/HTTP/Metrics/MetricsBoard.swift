import ChatCore
import ChatSystem
import NIOCore

/// Makes the answer of `GET /metrics`.
///
/// A reading costs the same however many rooms and clients there are: it asks no loop, it reads numbers that the loops
/// have left, and the counts of the broker. Those who ask while one is made get the same one.
actor MetricsBoard {
    private let node: NodeContext
    private let loops: Int
    private let startTime = ProcessReading.startTime() ?? WallClock.now()
    private let reading = SharedReading<ByteBuffer>()

    /// Makes the board of a node.
    ///
    /// - Parameters:
    ///   - node: The data that the shards share.
    ///   - loops: The number of event loops.
    init(node: NodeContext, loops: Int) {
        self.node = node
        self.loops = loops
    }

    /// Everything of now, in the text format of Prometheus.
    func text() async -> ByteBuffer {
        await self.reading.value { await self.read() }
    }

    private func read() async -> ByteBuffer {
        let counts = await self.node.control.counts()
        let read = self.node.metrics.families() + self.ofNode() + Self.ofBroker(counts) + self.ofProcess()
        // What is read now goes before what the loops have left.
        let families = Dictionary(read.map { ($0.metric, $0) }) { $1 }
        var text = PrometheusText()
        for metric in Metric.all { if let family = families[metric] { text.write(family) } }
        return text.bytes
    }

    private func ofNode() -> [MetricFamily] {
        let (admission, buffers) = (self.node.admission, self.node.costs.buffers)
        let isBrokerLost = self.node.metrics.level(ShardMetrics.lostBrokers) > 0
        return [
            MetricFamily(.build, 1, labels: Release.version),
            MetricFamily(.draining, admission.isDraining ? 1 : 0),
            MetricFamily(.loops, self.loops),
            MetricFamily(.connections, admission.webSocketCount),
            MetricFamily(.openConnections, admission.count),
            MetricFamily(.connectionsLimit, admission.limit.map(Double.init) ?? .infinity),
            MetricFamily(.buffered, buffers.level),
            MetricFamily(.bufferedLimit, buffers.limit == .max ? .infinity : Double(buffers.limit)),
            MetricFamily(.rooms, self.node.occupancy.roomCount),
            MetricFamily(.broker, 1, labels: self.node.control.kind),
            MetricFamily(.brokerUp, isBrokerLost ? 0 : 1),
        ]
    }

    private static func ofBroker(_ counts: BrokerCounts) -> [MetricFamily] {
        [
            MetricFamily(.lostConnections, counts.lostConnections),
            MetricFamily(.reconnects, counts.reconnects),
            MetricFamily(.deafConnections, counts.deafConnections),
            MetricFamily(.strayConnections, counts.strayConnections),
            MetricFamily(.unknownErrors, counts.unknownErrors),
            MetricFamily(.invalidPayloads, counts.invalidPayloads),
            MetricFamily(.unloggedPublications, counts.unloggedPublications),
            MetricFamily(.rolledBackLogs, counts.rolledBackLogs),
        ]
    }

    private func ofProcess() -> [MetricFamily] {
        let process = ProcessReading.now()
        return [
            MetricFamily(.processorTime, Double(process.processorMicroseconds) / 1_000_000),
            MetricFamily(.residentMemory, process.residentBytes),
            MetricFamily(.virtualMemory, process.virtualBytes),
            MetricFamily(.openDescriptors, process.descriptors),
            MetricFamily(.maximumDescriptors, process.maximumDescriptors.map(Double.init) ?? .infinity),
            MetricFamily(.startTime, Double(self.startTime) / 1000),
        ]
    }
}
