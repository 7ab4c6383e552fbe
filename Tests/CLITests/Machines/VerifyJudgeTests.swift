import ChatCore
import Testing

@testable import ChatVerify
@testable import ChatWords

/// Histories of good and of broken servers, and what the judge says of them.
@Suite(.patience) struct VerifyJudgeTests {
    typealias Record = WireHistory.Record
    typealias Kind = Violation.Kind

    private static let good = Script("aaaaaaaa")
    private static let other = Script("bbbbbbbb")

    private func kinds(_ clients: [Record]...) -> [Kind] {
        HistoryJudge.judge(WireHistory(clients: clients.map { .init(records: $0) })).violations.map(\.kind)
    }

    /// A client that sends 1 … 3 and gets all of it.
    private var sender: [Record] {
        let log = Self.good
        return [.opened, log.join(head: 0)] + (1...3).flatMap { [log.sent($0), log.got($0), log.ack($0)] }
    }

    @Test func `a client that gets everything once and in order is content`() {
        let log = Self.good
        #expect(self.kinds(self.sender, [.opened, log.join(head: 1), log.got(2), log.got(3)]) == [])
    }

    @Test func `the wire of a good server through leaves, breaks, gaps and resets is no violation`() {
        let (log, new) = (Self.good, Self.other)
        #expect(
            self.kinds(
                self.sender,
                // A replay, a break, and the rest after it.
                [.opened, log.join(head: 1, replay: 1), log.got(1), .closed, .opened]
                    + [log.join(after: 1, head: 3, replay: 2), log.got(2), log.got(3)],
                // Who has left is owed nothing, and may come back to an earlier place.
                [.opened, log.join(head: 1), log.got(2), log.left, log.got(3), log.join(head: 3, replay: 3)]
                    + [log.got(1), log.got(2), log.got(3)],
                // What has left the log.
                [.opened, log.join(after: 0, head: 3, recovered: false, replay: 1), log.gap(1, 2), log.got(3)]
            ) == []
        )
        // The log began anew: both are told, and what was acknowledged in the old epoch is owed no more.
        #expect(
            self.kinds(
                self.sender + [.reset(log.room, new.position(1)), new.got(1)],
                [.opened, log.join(head: 0), log.got(1), .closed, .opened]
                    + [new.join(after: 1, of: log, head: 1, recovered: false, replay: 1)]
                    + [.reset(log.room, new.position(1)), new.got(1)]
            ) == []
        )
    }

    @Test(
        arguments: [
            ("a message is dropped", [good.got(1), good.got(3)], [Kind.hole]),
            ("the last is dropped", [good.got(1), good.got(2)], [.lost]),
            ("everything is dropped", [], [.lost, .lost, .lost]),
            ("one comes twice", [good.got(1), good.got(1), good.got(2), good.got(3)], [.doubled]),
            ("two change places", [good.got(1), good.got(3), good.got(2)], [.hole, .disordered]),
            ("another message under its number", [good.got(1), good.got(2, key: 9), good.got(3)], [.conflict]),
            ("another text", [good.got(1), good.got(2, text: "no"), good.got(3)], [.conflict]),
            ("a new epoch without a word", [good.got(1), good.got(2), other.got(3)], [.epoch]),
            ("a reset to the same epoch", [good.got(1), good.reset(3)] + (1...3).map { good.got($0) }, [.reset]),
            ("a gap over what came", [good.got(1), good.got(2), good.gap(2, 3)], [.gap]),
            ("a gap too late", [good.got(1), good.gap(3, 3)], [.hole]),
            ("nonsense", [good.got(1), good.got(2), .garbled, good.got(3)], [.garbled]),
        ] as [(String, [Record], [Kind])]
    )
    func `a member that is served badly is noticed`(what: String, records: [Record], expected: [Kind]) {
        let found = self.kinds(self.sender, [.opened, Self.good.join(head: 0)] + records)
        // A silent change of epoch also leaves the members divided.
        #expect(found.filter { $0 != .divided } == expected, "\(what)")
    }

    @Test func `a doubled message is noticed over a break, too`() {
        let log = Self.good
        let records = [
            .opened, log.join(head: 0), log.got(1), .closed, .opened, log.join(after: 1, head: 3, replay: 2),
            log.got(1),
            log.got(2), log.got(3),
        ]
        #expect(self.kinds(self.sender, records) == [.doubled])
    }

    @Test func `a receipt for what was not stored is noticed`() {
        let log = Self.good
        let start = [.opened, log.join(head: 0), log.sent(1), log.ack(1)]
        // Forgotten: nobody gets it.
        #expect(self.kinds(start) == [.lost])
        // Its number goes to another.
        #expect(self.kinds(start + [log.got(1, key: 7)]) == [.receipt])
        // Two receipts for one number.
        #expect(
            self.kinds(start + [log.got(1)], [.opened, log.join(head: 1), log.sent(2), log.ack(2, at: 1)]).contains(
                .receipt
            )
        )
    }

    @Test func `a message that is stored twice is noticed`() {
        let log = Self.good
        #expect(
            self.kinds([.opened, log.join(head: 0), log.sent(1), log.ack(1), log.got(1), log.got(2, key: 1)]) == [
                .storedTwice
            ]
        )
    }

    @Test func `sends that overtake each other are noticed`() {
        let log = Self.good
        let records = [
            .opened, log.join(head: 0), log.sent(1), log.sent(2), log.got(1, key: 2), log.got(2, key: 1),
            log.ack(1, at: 2), log.ack(2, at: 1),
        ]
        #expect(self.kinds(records) == [.sendOrder])
    }

    @Test func `a join that says something else than it does is noticed`() {
        let log = Self.good
        let resumed: [Record] = [.opened, log.join(after: 1, head: 3, replay: 1), log.got(2), log.got(3)]
        #expect(self.kinds(resumed) == [.replay])
        #expect(
            self.kinds([.opened, log.join(head: 2)], [.opened, log.join(after: 1, head: 3, replay: 2)]) == [.lost]
        )
        let silent: [Record] = [.opened, Self.other.join(after: 1, of: log, head: 1), Self.other.got(2)]
        #expect(self.kinds(silent) == [.epoch, .epoch])
    }

    @Test func `a room that was not joined is silent`() {
        #expect(self.kinds([.opened, Self.good.got(1)]) == [.notMember])
        #expect(self.kinds([.opened, Self.good.join(head: 0), .closed, .opened, Self.good.got(1)]) == [.notMember])
    }

    @Test func `members that end in different epochs, or do not come back, are noticed`() {
        let verdict = HistoryJudge.judge(
            WireHistory(clients: [
                .init(records: [.opened, Self.good.join(head: 0)]),
                .init(records: [.opened, Self.other.join(head: 0)]),
                .init(records: [], trouble: Sentence("no connection")),
            ])
        )
        #expect(verdict.violations.map(\.kind) == [.divided, .unsettled])
    }

    @Test func `who had what a log lost is told by a reset, also in the same epoch`() {
        let (old, new) = (Self.good.again(at: 1000), Self.good.again(at: 2000))
        // 1 is kept; 2 and 3 are lost, and their numbers are given out again.
        let sender: [Record] =
            [.opened, old.join(head: 0)] + (1...3).flatMap { [old.sent($0), old.got($0), old.ack($0)] } + [.closed]
        let other: [Record] =
            [.opened, old.join(head: 1), new.sent(4), new.ack(4, at: 2), new.got(2, key: 4)]
            + [new.sent(2), new.ack(2, at: 3), new.got(3, key: 2)]
        let rest = [old.got(1), new.got(2, key: 4), new.got(3, key: 2)]
        let back: [Record] = [.opened, new.join(after: 3, of: old, head: 3, recovered: false, replay: 3)]
        #expect(self.kinds(sender + back + [new.reset(3)] + rest, other) == [])
        // The log was still shorter when it came back.
        let shorter = new.join(after: 3, of: old, head: 1, recovered: false, replay: 1)
        let early: [Record] = [.opened, shorter, new.reset(1)]
        #expect(self.kinds(sender + early + rest, other) == [])
        // Told nothing, it takes what it has for what the log has.
        let silent: [Record] = [.opened, new.join(after: 3, of: old, head: 3)]
        #expect(self.kinds(sender + silent, other) == [.silentLoss])
        // So it does when something follows that hides it.
        let next = [new.sent(5), new.ack(5, at: 4), new.got(4, key: 5)]
        #expect(self.kinds(sender + silent + [new.got(4, key: 5)], other + next) == [.silentLoss])
        #expect(self.kinds(sender + back + [new.reset(3)] + rest + [new.got(4, key: 5)], other + next) == [])
        // Who has lost nothing is not to be told anything.
        #expect(self.kinds(other + [new.reset(3)] + rest, sender + back + [new.reset(3)] + rest) == [.reset])
    }

    @Test func `a report says where it was`() {
        let records: [Record] = [.opened, Self.good.join(head: 0), Self.good.got(1), Self.good.got(3)]
        let violations = HistoryJudge.judge(WireHistory(clients: [.init(records: records)])).violations
        #expect(
            violations.map { $0.line(in: .english) } == [
                "hole: client 0, room r, epoch aaaaaaaa, seq 2: 2 missing without a gap before k3"
            ]
        )
    }
}
