internal import ChatCore

/// What a run is worth, for people and for programs.
struct VerifyReport: Sendable {
    var plan: VerifyPlan
    var verdict: HistoryJudge.Verdict

    /// How many violations people are shown, and programs are given.
    static let shown = (text: 20, json: 1000)

    /// The first violations, or that there is none, after what the run did.
    var lines: [String] {
        let counts = self.verdict.counts
        let violations = self.verdict.violations
        var lines = [
            "\(self.plan.clients) clients, \(self.plan.rooms.count) rooms, \(self.plan.servers.count) servers, "
                + "seed \(self.plan.seed)",
            "\(counts.sent) sent, \(counts.acknowledged) acknowledged, \(counts.received) received "
                + "(\(counts.replayed) replayed), \(counts.connections) connections, \(counts.joins) joins, "
                + "\(counts.gaps) gaps, \(counts.resets) resets",
        ]
        guard !violations.isEmpty else { return lines + ["no violation"] }
        let some = violations.count > Self.shown.text ? "; the first \(Self.shown.text)" : ""
        lines.append("\(violations.count) violation\(violations.count == 1 ? "" : "s")\(some):")
        return lines + violations.prefix(Self.shown.text).map { "  \($0.description.sanitizedLine)" }
    }

    /// The same as one JSON object on one line.
    var json: String {
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
            "\"detail\":\(self.detail.sanitizedLine.quoted)",
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
