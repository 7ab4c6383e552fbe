import ChatWords
import Foundation
import Glibc
import Testing

@testable import ChatBench
@testable import ChatSystem

@Suite(.patience) struct BenchReportTests {
    private func result(pace: BenchPlan.Pace = .rate(1000), senders: Int = 1) throws -> BenchResult {
        var phase = PhaseProgress()
        (phase.done, phase.start, phase.last) = (4, 0, 2_000_000_000)
        var result = BenchResult(
            plan: try BenchScript.plan(senders: senders, pace: pace),
            connected: phase,
            joined: phase
        )
        result.nanoseconds = 2_000_000_000
        result.busy = [0.5]
        result.meter.living = 4
        (result.meter.sent, result.meter.acknowledged, result.meter.delivered) = (2000, 2000, 4000)
        (result.meter.reads, result.meter.receivedBytes) = (1000, 4_000_000)
        for index in 0..<1000 {
            result.meter.ackLatency.record(200_000 + index)
            result.meter.deliveryLatency.record((index + 1) * 1_000_000)
            result.meter.lateness.record(10)
        }
        return result
    }

    @Test func `people read rates and percentiles`() throws {
        let lines = BenchReport(result: try self.result(), isUnicode: true).lines
        #expect(lines[0] == "4 clients in 2 rooms, 1 sender in each, 1,000 messages/s in all, 64 bytes, 2.0 s")
        #expect(lines.contains("connected     4 in 2.00 s (2/s)"))
        #expect(lines.contains("delivered     4,000 (2,000/s), 2.0 MB/s, 4.0 in one read"))
        let delivery = try #require(lines.first { $0.hasPrefix("delivery  ") }).split(separator: " ").map(String.init)
        #expect(delivery.count == 8 && delivery[1] == "1.00" && delivery[6] == "1000.0", "\(delivery)")
        #expect(abs(try #require(Double(delivery[4])) - 990) < 1, "p99 is \(delivery[4])")
        #expect(lines.contains("checks        every message in order, none lost"))
        #expect(lines.contains("errors        none"))
        #expect(lines.contains("generator     busy 50 % of a core"))
        #expect(!lines.contains { $0.hasPrefix("note") })
    }

    @Test func `programs read the same`() throws {
        var result = try self.result(pace: .window(8))
        result.meter.errors = ["rate_limited": 3, "we\"ird\n": 1]
        let text = BenchReport(result: result, isUnicode: false).json
        #expect(!text.contains("\n"))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(json["ok"] as? Bool == true && json["delivered"] as? Int == 4000)
        #expect(json["delivered_per_s"] as? Double == 2000)
        let load = try #require(json["load"] as? [String: Any])
        #expect(load["window"] as? Int == 8 && load["rate"] == nil && load["senders"] as? Int == 2)
        let delivery = try #require(json["delivery_us"] as? [String: Double])
        #expect(delivery["count"] == 1000 && delivery["max"] == 1_000_000)
        #expect((json["errors"] as? [String: Int])?["rate_limited"] == 3)
    }

    @Test func `what the server used is told for each delivery and each client`() throws {
        var result = try self.result()
        result.server = .init(time: 1_000_000_000, before: 10_000_000, joined: 10_040_960, end: 12_000_000)
        let lines = BenchReport(result: result, isUnicode: true).lines
        #expect(
            lines.last == "server        busy 50 % of a core, 250.000 µs for each delivery; 12.0 MB, "
                + "10.0 KiB for each client that joined"
        )
        let text = BenchReport(result: result, isUnicode: true).json
        #expect(text.contains(#""server":{"cpu_percent":50.0,"cpu_us_per_delivery":250.0000,"#))
        #expect(text.contains(#""rss_bytes_per_client":10240}"#))
    }

    @Test func `a run without anything is a report, too`() throws {
        let empty = BenchResult(plan: try BenchScript.plan(), connected: .init(), joined: .init())
        #expect(BenchReport(result: empty, isUnicode: true).lines.contains { $0.hasPrefix("delivery") })
        let text = BenchReport(result: empty, isUnicode: true).json
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
        let idle = BenchReport(result: try self.result(senders: 0), isUnicode: true).lines
        #expect(idle[0].contains("nobody sends") && !idle.contains { $0.hasPrefix("delivery") })
    }

    @Test func `what was lost or doubled decides how the program ends`() throws {
        func result(_ change: (inout BenchResult) -> Void) throws -> BenchResult {
            var result = try self.result()
            change(&result)
            return result
        }
        #expect(try result { _ in }.status == .success)
        #expect(try result { $0.missing = 1 }.status == .partial)
        #expect(try result { $0.meter.gaps = 1 }.status == .partial)
        #expect(try result { $0.meter.resets = 1 }.status == .partial)
        #expect(try result { $0.meter.faults = [.hole: 1] }.status == .partial)
        #expect(try result { $0.meter.living = 0 }.status == .disconnected)
        #expect(try result { $0.meter.errors = ["rate_limited": 9] }.status == .success)
        #expect(try result { ($0.isInterrupted, $0.missing) = (true, 1) }.status == .interrupted)
        let lines = BenchReport(
            result: try result { ($0.missing, $0.meter.faults) = (1200, [.hole: 2, .repeated: 1]) },
            isUnicode: true
        ).lines
        #expect(lines.contains("checks        FAILED: 1,200 missing, 2 holes, 1 repeated or out of order"))
    }

    @Test func `people are told what to do about limits, and when the generator is to blame`() throws {
        var result = try self.result()
        result.meter.errors = ["rate_limited": 7]
        #expect(result.remarks == [BenchResult.unlimited.text()])
        result.busy = [0.2, 0.95]
        #expect(result.remarks[0].contains("--threads") && result.doubt != nil)
        result.busy = [0.2]
        for _ in 0..<100 { result.meter.lateness.record(400_000_000) }
        #expect(result.doubt?.contains("late") == true)
        result.firstEnd = .closed(4000, "slow\u{1B}[31m consumer")
        let note = BenchReport(result: result, isUnicode: true).lines.last
        #expect(note?.contains("4000") == true && note?.contains("\u{1B}") == false)
    }
}

@Suite(.patience) struct ProcessUsageTests {
    @Test func `the kernel's line is read behind the name, which may have anything in it`() {
        let rest = "S 1 2 3 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 4 0 12345 999999 300 18446744073709551615"
        let usage = ProcessUsage(stat: "42 (a) b) (c) \(rest)", ticks: 100, page: 4096)
        #expect(usage?.time == 2_000_000_000)
        #expect(usage?.residentBytes == 300 * 4096)
        #expect(ProcessUsage(stat: "42 (a) S 1", ticks: 100, page: 4096) == nil)
        #expect(ProcessUsage(stat: "", ticks: 100, page: 4096) == nil)
    }

    @Test func `this process is there, and no process has the number 0`() {
        #expect((ProcessUsage.of([getpid()])?.residentBytes ?? 0) > 1_000_000)
        #expect(ProcessUsage.of([getpid(), 0]) == nil)
        #expect(ProcessUsage.of([]) == ProcessUsage())
    }
}

@Suite(.patience) struct HistogramPictureTests {
    private func histogram(_ values: [Int]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test(arguments: [[5], [1, 1, 1], [0], [999, 70_000_000_000], [1, 5000], [1_000_000, 1_000_001, 900_000_000]])
    func `every sample is in one row, and the rows leave no gap`(some: [Int]) {
        let values = some.count == 2 ? some + (some[0]..<some[0] + 5000) : some
        let picture = HistogramPicture(of: self.histogram(values), isUnicode: true)
        #expect(picture.rows.reduce(0) { $0 + $1.count } == values.count)
        for (row, next) in zip(picture.rows, picture.rows.dropFirst()) {
            #expect(row.range.upperBound == next.range.lowerBound && !next.range.isEmpty)
        }
        #expect((1...12).contains(picture.rows.count))
    }

    @Test func `the largest row fills the width, and the smallest is still seen`() {
        let values = Array(repeating: 1_000_000, count: 10_000) + [50_000_000]
        let lines = HistogramPicture(of: self.histogram(values), isUnicode: true).lines
        #expect(lines.contains { $0.hasSuffix("│" + String(repeating: "█", count: 48)) })
        #expect(lines.last?.hasSuffix("│▏") == true, "\(lines)")
        let plain = HistogramPicture(of: self.histogram(values), isUnicode: false).lines
        #expect(plain.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
        #expect(plain.last?.hasSuffix("|#") == true)
    }

    @Test func `nothing is no picture`() {
        #expect(HistogramPicture(of: LatencyHistogram(), isUnicode: true).lines.isEmpty)
        #expect(LatencyHistogram().percentile(99) == 0 && LatencyHistogram().shortest == 0)
    }

    @Test func `histograms add up`() {
        var one = self.histogram([1_000, 2_000])
        one.add(self.histogram([9_000_000, 70_000_000_000]))
        #expect(one.count == 4 && one.longest == LatencyHistogram.maximum && one.shortest == 1_000)
        #expect(one.counts(in: [0..<1_500, 1_500..<10_000_000]) == [1, 2])
    }
}
