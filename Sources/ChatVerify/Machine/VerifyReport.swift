internal import ChatCore
internal import ChatWords

/// The report of a run, for people and for programs.
package struct VerifyReport: Sendable {
    package var plan: VerifyPlan
    package var verdict: HistoryJudge.Verdict

    package init(plan: VerifyPlan, verdict: HistoryJudge.Verdict) {
        self.plan = plan
        self.verdict = verdict
    }

    /// The most violations in the report for people, and in that for programs.
    package static let shown = (text: 20, json: 1000)

    /// The run's figures, then the first violations or a line that there are none.
    package var lines: [String] {
        let counts = self.verdict.counts
        let violations = self.verdict.violations
        var lines = [
            Sentence(
                "{clients} clients, {rooms} rooms, {servers} servers, seed {seed}",
                [
                    "clients": "\(self.plan.clients)", "rooms": "\(self.plan.rooms.count)",
                    "servers": "\(self.plan.servers.count)", "seed": "\(self.plan.seed)",
                ]
            ),
            Sentence(
                "{sent} sent, {acknowledged} acknowledged, {received} received ({replayed} replayed), "
                    + "{connections} connections, {joins} joins, {gaps} gaps, {resets} resets",
                [
                    "sent": "\(counts.sent)", "acknowledged": "\(counts.acknowledged)",
                    "received": "\(counts.received)", "replayed": "\(counts.replayed)",
                    "connections": "\(counts.connections)", "joins": "\(counts.joins)", "gaps": "\(counts.gaps)",
                    "resets": "\(counts.resets)",
                ]
            ),
        ]
        let count = violations.count
        let values: KeyValuePairs = ["count": "\(count)", "shown": "\(Self.shown.text)"]
        switch count {
        case 0: lines.append(Sentence("no violation"))
        case 1: lines.append(Sentence("1 violation:"))
        case ...Self.shown.text: lines.append(Sentence("{count} violations:", values))
        default: lines.append(Sentence("{count} violations; the first {shown}:", values))
        }
        return lines.map { $0.text() } + violations.prefix(Self.shown.text).map { "  \($0.line().sanitizedLine)" }
    }

    /// The same as one JSON object on one line.
    package var json: String {
        let counts = self.verdict.counts
        let violations = self.verdict.violations
        let numbers = [
            ("clients", self.plan.clients), ("rooms", self.plan.rooms.count), ("servers", self.plan.servers.count),
            ("sent", counts.sent), ("acknowledged", counts.acknowledged), ("received", counts.received),
            ("replayed", counts.replayed), ("connections", counts.connections), ("joins", counts.joins),
            ("gaps", counts.gaps), ("resets", counts.resets), ("violation_count", violations.count),
        ]
        let fields = ["\"ok\":\(violations.isEmpty)", "\"seed\":\(self.plan.seed)"]
        let list = violations.prefix(Self.shown.json).map(\.json).joined(separator: ",")
        return "{" + (fields + numbers.map { "\"\($0)\":\($1)" }).joined(separator: ",") + ",\"violations\":[\(list)]}"
    }
}

extension Violation {
    /// As one JSON object.
    fileprivate var json: String {
        let fields = [
            "\"kind\":\(self.kind.rawValue.quoted)",
            self.client.map { "\"client\":\($0)" },
            self.room.map { "\"room\":\($0.rawValue.quoted)" },
            self.epoch.map { "\"epoch\":\($0.rawValue.quoted)" },
            self.seq.map { "\"seq\":\($0)" },
            "\"detail\":\(self.detail.text(in: .english).sanitizedLine.quoted)",
        ]
        return "{\(fields.compactMap(\.self).joined(separator: ","))}"
    }
}

extension String {
    /// As a JSON string; it has no control characters (``sanitizedLine``).
    fileprivate var quoted: String {
        "\"\(self.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
