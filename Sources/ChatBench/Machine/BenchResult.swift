package import ChatSystem
internal import ChatWords

/// The figures of a run, before they are formatted.
package struct BenchResult: Sendable {
    var plan: BenchPlan
    var connected: PhaseProgress
    var joined: PhaseProgress
    /// The measured time; less than planned when the run was interrupted.
    var nanoseconds = 0
    var meter = LoadMeter()
    /// Messages that members should have got and did not have at the end.
    var missing = 0
    /// Connections with a send that had no answer at the end.
    var unanswered = 0
    /// The part of its core that each thread of the generator used, from 0 to 1.
    var busy: [Double] = []
    /// The resources that the server's processes used; nil when the processes are not known.
    var server: ServerUsage?
    var isInterrupted = false
    /// The reason why the first connection ended.
    var firstEnd: LoadEnd?

    init(plan: BenchPlan, connected: PhaseProgress, joined: PhaseProgress) {
        self.plan = plan
        self.connected = connected
        self.joined = joined
    }

    /// The resources that the server's processes used.
    struct ServerUsage: Equatable, Sendable {
        /// Processor time during the measured interval, in nanoseconds.
        var time = 0
        /// Memory before the first client came, with all clients joined, and at the end.
        var before = 0
        var joined = 0
        var end = 0
    }

    /// Processor time of the server for each delivery, in nanoseconds; nil when it is not known.
    var timePerDelivery: Double? {
        guard let server, self.meter.delivered > 0 else { return nil }
        return Double(server.time) / Double(self.meter.delivered)
    }

    /// The growth of the server's memory for each client that joined, in bytes.
    var bytesPerClient: Int? { self.server.map { max(0, $0.joined - $0.before) / max(1, self.plan.clients) } }

    /// The advice for a server that limits the load.
    static let unlimited = Sentence("a server limits each user and address; for load tests start it with --unlimited")

    /// A count per second of the measured time.
    func perSecond(_ count: Int) -> Double { self.nanoseconds > 0 ? Double(count) * 1e9 / Double(self.nanoseconds) : 0 }

    /// Messages that came twice, not at all, or in the wrong order.
    var violations: Int {
        self.meter.faults.values.reduce(0, +) + self.missing + self.meter.gaps + self.meter.resets
    }

    /// The status with which the program ends.
    package var status: ExitStatus {
        if self.isInterrupted { return .interrupted }
        if self.violations > 0 { return .partial }
        return self.meter.living == 0 ? .disconnected : .success
    }

    /// The reason why the figures measure the generator rather than the server; nil when they do not.
    var doubt: String? {
        if let busiest = self.busy.max(), busiest >= 0.9 {
            let percent = Decimals.fixed(busiest * 100, 0)
            return Sentence(
                "a thread of the generator was busy {percent} % of the time: give it more --threads, or more cores",
                ["percent": percent]
            ).text()
        }
        let late = self.meter.lateness.percentile(99)
        let latency = self.meter.deliveryLatency.percentile(99)
        guard late > 1_000_000, late > latency / 4 else { return nil }
        return Sentence(
            "messages went out {late} ms late (p99): the generator is part of the latency",
            ["late": Decimals.milliseconds(late)]
        ).text()
    }

    /// Remarks for people beside the figures.
    var remarks: [String] {
        var remarks: [String] = []
        if let doubt { remarks.append(doubt) }
        if self.meter.errors["rate_limited"] != nil { remarks.append(Self.unlimited.text()) }
        if self.meter.withheld > 0 {
            remarks.append(
                Sentence(
                    "{count} messages were not sent, because {maximum} of their sender had no answer",
                    ["count": Decimals.grouped(self.meter.withheld), "maximum": "\(PendingSends.maximum)"]
                ).text()
            )
        }
        if self.unanswered > 0 {
            let values: KeyValuePairs = ["count": "\(self.unanswered)"]
            remarks.append(Sentence("{count} clients had sends without an answer in the end", values).text())
        }
        if let firstEnd {
            remarks.append(Sentence("a connection ended: {reason}", ["reason": firstEnd.reason]).text())
        }
        return remarks
    }
}
