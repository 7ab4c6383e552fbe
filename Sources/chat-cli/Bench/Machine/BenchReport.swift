/// A result as people read it.
struct BenchReport: Sendable {
    var result: BenchResult
    /// Whether bars may be drawn with block characters.
    var isUnicode: Bool

    var lines: [String] {
        let (plan, meter) = (self.result.plan, self.result.meter)
        let seconds = Decimals.fixed(Double(self.result.nanoseconds) / 1e9, 1)
        var lines = ["\(plan.summary), \(seconds) s\(self.result.isInterrupted ? " (interrupted)" : "")", ""]
        lines.append(Self.row("connected", self.phase(self.result.connected)))
        lines.append(Self.row("joined", self.phase(self.result.joined)))
        if plan.senderCount > 0 {
            lines.append(Self.row("sent", self.count(meter.sent)))
            lines.append(Self.row("acknowledged", self.count(meter.acknowledged)))
            lines.append(Self.row("delivered", self.count(meter.delivered) + self.volume))
            lines += ["", Self.header]
            lines.append(Self.percentiles("ack", meter.ackLatency))
            lines.append(Self.percentiles("delivery", meter.deliveryLatency))
            if case .rate = plan.pace { lines.append(Self.percentiles("sent late by", meter.lateness)) }
            lines += self.picture
        }
        lines += ["", Self.row("checks", self.checks), Self.row("errors", self.errors)]
        lines.append(Self.row("generator", self.busy))
        if let server { lines.append(Self.row("server", server)) }
        return lines + self.result.remarks.map { Self.row("note", $0.sanitizedLine) }
    }

    // MARK: Rows

    private static func row(_ name: String, _ text: String) -> String { Decimals.left(name, 14) + text }

    private func phase(_ phase: PhaseProgress) -> String {
        let seconds = Decimals.fixed(Double(max(0, phase.last - phase.start)) / 1e9, 2)
        return "\(Decimals.grouped(phase.done)) in \(seconds) s (\(Decimals.grouped(Int(phase.rate)))/s)"
    }

    private func count(_ count: Int) -> String {
        "\(Decimals.grouped(count)) (\(Decimals.grouped(Int(self.result.perSecond(count))))/s)"
    }

    private var volume: String {
        let meter = self.result.meter
        guard meter.reads > 0 else { return "" }
        let megabytes = Decimals.fixed(self.result.perSecond(meter.receivedBytes) / 1e6, 1)
        return ", \(megabytes) MB/s, \(Decimals.fixed(Double(meter.delivered) / Double(meter.reads), 1)) in one read"
    }

    static let percents: [(name: String, value: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9),
    ]

    private static var header: String {
        let names = ["min"] + Self.percents.map(\.name) + ["max", "mean"]
        return Decimals.left("latency, ms", 14) + names.map { Decimals.right($0, 9) }.joined()
    }

    private static func percentiles(_ name: String, _ latency: LatencyHistogram) -> String {
        guard latency.count > 0 else { return Self.row(name, "        -") }
        let values =
            [latency.shortest] + Self.percents.map { latency.percentile($0.value) }
            + [latency.longest, Int(latency.mean)]
        return Decimals.left(name, 14) + values.map { Decimals.right(Decimals.milliseconds($0), 9) }.joined()
    }

    private var picture: [String] {
        let picture = HistogramPicture(of: self.result.meter.deliveryLatency, isUnicode: self.isUnicode)
        return picture.lines.isEmpty ? [] : ["", "delivery latency, ms"] + picture.lines
    }

    private var checks: String {
        let meter = self.result.meter
        let faults = [
            (self.result.missing, "missing"), (meter.faults[.hole] ?? 0, "holes"),
            (meter.faults[.repeated] ?? 0, "repeated or out of order"), (meter.gaps, "gaps"), (meter.resets, "resets"),
        ].filter { $0.0 > 0 }
        guard !faults.isEmpty else { return "every message in order, none lost" }
        return "FAILED: " + faults.map { "\(Decimals.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
    }

    private var errors: String {
        let errors = self.result.meter.errors.sorted { $0.key < $1.key }
        guard !errors.isEmpty else { return "none" }
        return errors.map { "\($0.key.sanitizedLine) \(Decimals.grouped($0.value))" }.joined(separator: ", ")
    }

    private var server: String? {
        guard let server = self.result.server, self.result.nanoseconds > 0 else { return nil }
        let percent = Decimals.fixed(Double(server.time) * 100 / Double(self.result.nanoseconds), 0)
        let each = self.result.timePerDelivery.map { ", \(Decimals.fixed($0 / 1e3, 3)) µs for each delivery" } ?? ""
        let memory = "\(Decimals.fixed(Double(server.end) / 1e6, 1)) MB"
        let client = Decimals.fixed(Double(self.result.bytesPerClient ?? 0) / 1024, 1)
        return "busy \(percent) % of a core\(each); \(memory), \(client) KiB for each client that joined"
    }

    private var busy: String {
        let each = self.result.busy.map { Decimals.fixed($0 * 100, 0) + " %" }.joined(separator: ", ")
        return each.isEmpty ? "-" : "busy \(each) of a core"
    }
}
