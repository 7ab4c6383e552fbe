internal import ChatWords

/// A result as people read it.
package struct BenchReport: Sendable {
    var result: BenchResult
    /// Whether bars may be drawn with block characters.
    var isUnicode: Bool

    package init(result: BenchResult, isUnicode: Bool) {
        self.result = result
        self.isUnicode = isUnicode
    }

    package var lines: [String] {
        let (plan, meter) = (self.result.plan, self.result.meter)
        let seconds = Decimals.fixed(Double(self.result.nanoseconds) / 1e9, 1)
        let heading = self.result.isInterrupted ? "{summary}, {seconds} s (interrupted)" : "{summary}, {seconds} s"
        var lines = [Sentence(heading, ["summary": plan.summary, "seconds": seconds]).text(), ""]
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

    private static func row(_ name: String, _ text: String) -> String { Self.label(name) + text }
    private static func label(_ name: String) -> String { Decimals.left(Sentence(name).text(), 14) }

    private func phase(_ phase: PhaseProgress) -> String {
        Sentence(
            "{count} in {seconds} s ({rate}/s)",
            [
                "count": Decimals.grouped(phase.done), "rate": Decimals.grouped(Int(phase.rate)),
                "seconds": Decimals.fixed(Double(max(0, phase.last - phase.start)) / 1e9, 2),
            ]
        ).text()
    }

    private func count(_ count: Int) -> String {
        "\(Decimals.grouped(count)) (\(Decimals.grouped(Int(self.result.perSecond(count))))/s)"
    }

    private var volume: String {
        let meter = self.result.meter
        guard meter.reads > 0 else { return "" }
        return Sentence(
            ", {megabytes} MB/s, {count} in one read",
            [
                "megabytes": Decimals.fixed(self.result.perSecond(meter.receivedBytes) / 1e6, 1),
                "count": Decimals.fixed(Double(meter.delivered) / Double(meter.reads), 1),
            ]
        ).text()
    }

    static let percents: [(name: String, value: Double)] = [
        ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9),
    ]

    private static var header: String {
        let names = [Sentence("min").text()] + Self.percents.map(\.name) + ["max", "mean"].map { Sentence($0).text() }
        return Self.label("latency, ms") + names.map { Decimals.right($0, 9) }.joined()
    }

    private static func percentiles(_ name: String, _ latency: LatencyHistogram) -> String {
        guard latency.count > 0 else { return Self.row(name, "        -") }
        let values =
            [latency.shortest] + Self.percents.map { latency.percentile($0.value) }
            + [latency.longest, Int(latency.mean)]
        return Self.label(name) + values.map { Decimals.right(Decimals.milliseconds($0), 9) }.joined()
    }

    private var picture: [String] {
        let picture = HistogramPicture(of: self.result.meter.deliveryLatency, isUnicode: self.isUnicode)
        return picture.lines.isEmpty ? [] : ["", Sentence("delivery latency, ms").text()] + picture.lines
    }

    private var checks: String {
        let meter = self.result.meter
        let faults = [
            (self.result.missing, "missing"), (meter.faults[.hole] ?? 0, "holes"),
            (meter.faults[.repeated] ?? 0, "repeated or out of order"), (meter.gaps, "gaps"), (meter.resets, "resets"),
        ].filter { $0.0 > 0 }
        guard !faults.isEmpty else { return Sentence("every message in order, none lost").text() }
        let counts = faults.map { Sentence("{count} \($0.1)", ["count": Decimals.grouped($0.0)]).text() }
        return Sentence("FAILED: {faults}", ["faults": counts.joined(separator: ", ")]).text()
    }

    private var errors: String {
        let errors = self.result.meter.errors.sorted { $0.key < $1.key }
        guard !errors.isEmpty else { return Sentence("none").text() }
        return errors.map { "\($0.key.sanitizedLine) \(Decimals.grouped($0.value))" }.joined(separator: ", ")
    }

    private var server: String? {
        guard let server = self.result.server, self.result.nanoseconds > 0 else { return nil }
        var parts = [Self.share(Double(server.time) / Double(self.result.nanoseconds))]
        if let each = self.result.timePerDelivery {
            parts.append(Sentence("{time} µs for each delivery", ["time": Decimals.fixed(each / 1e3, 3)]).text())
        }
        let memory = Sentence(
            "{memory} MB, {each} KiB for each client that joined",
            [
                "memory": Decimals.fixed(Double(server.end) / 1e6, 1),
                "each": Decimals.fixed(Double(self.result.bytesPerClient ?? 0) / 1024, 1),
            ]
        )
        return "\(parts.joined(separator: ", ")); \(memory.text())"
    }

    private var busy: String {
        let each = self.result.busy.map { Decimals.fixed($0 * 100, 0) + " %" }.joined(separator: ", ")
        return each.isEmpty ? "-" : Sentence("busy {share} of a core", ["share": each]).text()
    }

    private static func share(_ share: Double) -> String {
        Sentence("busy {share} of a core", ["share": Decimals.fixed(share * 100, 0) + " %"]).text()
    }
}
