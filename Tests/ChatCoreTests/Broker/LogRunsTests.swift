import TestSupport
import Testing

@testable import ChatCore

@Suite("What a log vouches for", .patience)
struct LogRunsTests {
    private let samples: Samples

    init() throws { self.samples = try Samples() }

    @Test func `a log of one run vouches for all that it gave out`() {
        for time in [nil, 0, 5000] { #expect(LogRuns.one.vouch(for: self.samples.position(7, at: time))) }
    }

    @Test func `what stands before every run is common to all that the log ever was`() {
        let runs = LogRuns([.init(seq: 6, time: 2000), .init(seq: 21, time: 3000)])
        for seq in 0...5 { #expect(runs.vouch(for: self.samples.position(seq))) }
        for seq in 1...5 { #expect(runs.vouch(for: self.samples.position(seq, at: 1999))) }
    }

    @Test func `above that a position needs a time, which is not before its run`() {
        let runs = LogRuns([.init(seq: 6, time: 2000), .init(seq: 21, time: 3000)])
        for seq in [6, 20, 21, 90] { #expect(!runs.vouch(for: self.samples.position(seq))) }
        for seq in [6, 20] { #expect(runs.vouch(for: self.samples.position(seq, at: 2000))) }
        for seq in [6, 20] { #expect(!runs.vouch(for: self.samples.position(seq, at: 1999))) }
        for seq in [21, 90] { #expect(!runs.vouch(for: self.samples.position(seq, at: 2999))) }
        for seq in [21, 90] { #expect(runs.vouch(for: self.samples.position(seq, at: 3000))) }
    }

    @Test func `a log that may have forgotten runs does not vouch for what stands before those that it knows`() {
        let runs = LogRuns((1...LogRuns.maximum).map { .init(seq: 10 * $0, time: 1000 * $0) })
        #expect(!runs.vouch(for: self.samples.position(9, at: 999)))
        #expect(runs.vouch(for: self.samples.position(10, at: 1000)))
        #expect(runs.vouch(for: self.samples.position(0)))
    }
}
