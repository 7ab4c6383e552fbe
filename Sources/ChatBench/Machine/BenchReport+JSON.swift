internal import ChatWords

/// A result as programs read it.
extension BenchReport {
    /// One object on one line; times of latencies in microseconds.
    package var json: String {
        let (plan, meter, result) = (self.result.plan, self.result.meter, self.result)
        var load = JSONFields()
        load.add("clients", plan.clients)
        load.add("rooms", plan.rooms.count)
        load.add("senders", plan.senderCount)
        switch plan.pace {
        case .rate(let rate): load.add("rate", rate, places: 1)
        case .window(let window): load.add("window", window)
        }
        load.add("size", plan.size)
        load.add("keys", plan.hasKeys)
        load.add("servers", plan.servers.count)
        load.add("threads", plan.threads)

        var fields = JSONFields()
        fields.add("ok", result.violations == 0)
        fields.add("interrupted", result.isInterrupted)
        fields.add("seconds", Double(result.nanoseconds) / 1e9, places: 3)
        fields.add("load", raw: load.text)
        fields.add("connects_per_s", result.connected.rate, places: 1)
        fields.add("joins_per_s", result.joined.rate, places: 1)
        let counts = [("sent", meter.sent), ("acknowledged", meter.acknowledged), ("delivered", meter.delivered)]
        for (name, count) in counts {
            fields.add(name, count)
            fields.add("\(name)_per_s", result.perSecond(count), places: 1)
        }
        fields.add("bytes_per_s", result.perSecond(meter.receivedBytes), places: 0)
        fields.add("reads_per_s", result.perSecond(meter.reads), places: 1)
        fields.add("ack_us", raw: Self.latency(meter.ackLatency))
        fields.add("delivery_us", raw: Self.latency(meter.deliveryLatency))
        fields.add("late_us", raw: Self.latency(meter.lateness))
        fields.add("missing", result.missing)
        for fault in DeliveryCheck.Fault.allCases { fields.add(fault.rawValue, meter.faults[fault] ?? 0) }
        fields.add("gaps", meter.gaps)
        fields.add("resets", meter.resets)
        fields.add("withheld", meter.withheld)
        var errors = JSONFields()
        for (name, count) in meter.errors.sorted(by: { $0.key < $1.key }) { errors.add(name, count) }
        fields.add("errors", raw: errors.text)
        fields.add("busy", raw: "[\(result.busy.map { Decimals.fixed($0, 3) }.joined(separator: ","))]")
        fields.add("doubtful", result.doubt != nil)
        if let server = result.server { fields.add("server", raw: self.usage(server)) }
        return fields.text
    }

    private func usage(_ server: BenchResult.ServerUsage) -> String {
        var fields = JSONFields()
        fields.add("cpu_percent", Double(server.time) * 100 / Double(max(1, self.result.nanoseconds)), places: 1)
        if let each = self.result.timePerDelivery { fields.add("cpu_us_per_delivery", each / 1e3, places: 4) }
        fields.add("rss_bytes", server.end)
        if let each = self.result.bytesPerClient { fields.add("rss_bytes_per_client", each) }
        return fields.text
    }

    private static func latency(_ latency: LatencyHistogram) -> String {
        var fields = JSONFields()
        fields.add("count", latency.count)
        fields.add("min", Double(latency.shortest) / 1e3, places: 1)
        for percent in Self.percents {
            fields.add(percent.name, Double(latency.percentile(percent.value)) / 1e3, places: 1)
        }
        fields.add("max", Double(latency.longest) / 1e3, places: 1)
        fields.add("mean", latency.mean / 1e3, places: 1)
        return fields.text
    }
}

/// The fields of a JSON object, most of which are numbers.
private struct JSONFields {
    private var fields: [String] = []

    var text: String { "{\(self.fields.joined(separator: ","))}" }

    mutating func add(_ name: String, raw: String) {
        // The names are our own and codes of the protocol; a code that a server invents must not break the object.
        let safe = name.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
        self.fields.append("\"\(String(String.UnicodeScalarView(safe)))\":\(raw)")
    }

    mutating func add(_ name: String, _ value: Int) { self.add(name, raw: String(value)) }
    mutating func add(_ name: String, _ value: Bool) { self.add(name, raw: value ? "true" : "false") }
    mutating func add(_ name: String, _ value: Double, places: Int) {
        self.add(name, raw: Decimals.fixed(value, places))
    }
}
