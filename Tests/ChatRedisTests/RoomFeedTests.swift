import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("One sequence of all that arrives for a room", .patience)
struct RoomFeedTests {
    private var feed = RoomFeed(heldLimit: 4)
    private let epoch: Epoch
    private let other: Epoch

    init() throws {
        self.epoch = try Epoch("aaaaaaaa")
        self.other = try Epoch("bbbbbbbb")
    }

    // MARK: What is said to the feed, in short

    private func message(_ seq: Int, _ epoch: Epoch? = nil, text: String = "") -> Publication {
        Publication(
            position: LogPosition(epoch: epoch ?? self.epoch, seq: seq),
            payload: ByteBuffer(string: "\((epoch ?? self.epoch).rawValue) \(seq) \(text)")
        )
    }

    private func page(_ seqs: ClosedRange<Int>?, first: Int = 1, head: Int, _ epoch: Epoch? = nil) -> LogPage {
        LogPage(
            epoch: epoch ?? self.epoch,
            first: first,
            head: head,
            publications: (seqs.map(Array.init) ?? []).map { self.message($0, epoch) }
        )
    }

    private func delivered(_ seqs: ClosedRange<Int>, _ epoch: Epoch? = nil) -> [RoomFeedEvent] {
        seqs.map { .publication(self.message($0, epoch)) }
    }

    private mutating func receive(_ seq: Int, _ epoch: Epoch? = nil) -> RoomFeed.OnPublication {
        self.feed.received(self.message(seq, epoch))
    }

    /// A feed that follows a room whose log has come to this number.
    private mutating func follow(_ head: Int) {
        #expect(self.feed.subscribed() == .read(.head))
        let anchor = head > 0 ? self.message(head).payload : nil
        #expect(self.feed.read(self.page(nil, head: head), anchor: anchor) == .deliver([]))
        #expect(self.feed.position == LogPosition(epoch: self.epoch, seq: head))
    }

    // MARK: Beginning

    @Test
    mutating func `what arrives before the head is known is held, and merged by number`() {
        #expect(self.feed.subscribed() == .read(.head))
        for seq in 4...6 { #expect(self.receive(seq) == .hold) }
        #expect(self.feed.read(self.page(nil, head: 4), anchor: nil) == .deliver(self.delivered(5...6)))
        #expect(self.receive(7) == .deliver)
    }

    @Test
    mutating func `a hole between the head and what is held is filled`() {
        _ = self.feed.subscribed()
        #expect(self.feed.read(self.page(nil, head: 4), anchor: nil) == .deliver([]))
        #expect(self.receive(7) == .read(.after(4)))
        #expect(
            self.feed.read(self.page(5...7, head: 7), anchor: self.message(4).payload)
                == .deliver(self.delivered(5...7))
        )
    }

    @Test
    mutating func `nothing is asked for before the subscription stands`() {
        #expect(self.feed.check() == .none)
        #expect(self.receive(1) == .hold)
    }

    // MARK: Following

    @Test
    mutating func `what follows on is handed on at once, what was seen is dropped`() {
        self.follow(2)
        #expect(self.receive(3) == .deliver)
        #expect(self.receive(3) == .drop)
        #expect(self.receive(1) == .drop)
        #expect(self.receive(4) == .deliver)
    }

    @Test
    mutating func `a hole is filled by one reading, and what comes meanwhile waits for it`() {
        self.follow(2)
        #expect(self.receive(5) == .read(.after(2)))
        #expect(self.receive(6) == .hold)
        let anchor = self.message(2).payload
        #expect(self.feed.read(self.page(3...5, head: 5), anchor: anchor) == .deliver(self.delivered(3...6)))
        #expect(self.receive(7) == .deliver)
    }

    @Test
    mutating func `a hole in what came during the reading asks for another one`() {
        self.follow(0)
        #expect(self.receive(2) == .read(.after(0)))
        #expect(self.receive(5) == .hold)
        #expect(self.feed.read(self.page(1...2, head: 2), anchor: nil) == .read(self.delivered(1...2), .after(2)))
        let anchor = self.message(2).payload
        #expect(self.feed.read(self.page(3...5, head: 5), anchor: anchor) == .deliver(self.delivered(3...5)))
    }

    @Test
    mutating func `a log longer than a page is read in pages`() {
        self.follow(0)
        #expect(self.receive(6) == .read(.after(0)))
        #expect(self.feed.read(self.page(1...3, head: 6), anchor: nil) == .read(self.delivered(1...3), .after(3)))
        let anchor = self.message(3).payload
        #expect(self.feed.read(self.page(4...6, head: 6), anchor: anchor) == .deliver(self.delivered(4...6)))
    }

    @Test
    mutating func `what does not fit is left to the next reading`() {
        self.follow(0)
        #expect(self.receive(2) == .read(.after(0)))
        for seq in 3...5 { #expect(self.receive(seq) == .hold) }
        #expect(self.receive(6) == .drop)
        #expect(self.feed.read(self.page(1...2, head: 2), anchor: nil) == .read(self.delivered(1...5), .after(5)))
        let anchor = self.message(5).payload
        #expect(self.feed.read(self.page(6...6, head: 6), anchor: anchor) == .deliver(self.delivered(6...6)))
    }

    @Test
    mutating func `a live message does not wait for the comparison of a quiet room`() {
        self.follow(2)
        #expect(self.feed.check() == .read(.after(2)))
        #expect(self.feed.check() == .none)
        #expect(self.receive(3) == .deliver)
        #expect(self.receive(4) == .deliver)
        // The answer is older than what was handed on since: that is no step back.
        #expect(self.feed.read(self.page(nil, head: 2), anchor: self.message(2).payload) == .deliver([]))
        #expect(self.receive(5) == .deliver)
    }

    @Test
    mutating func `the comparison finds the last message of a burst`() {
        self.follow(2)
        #expect(self.feed.check() == .read(.after(2)))
        #expect(
            self.feed.read(self.page(3...3, head: 3), anchor: self.message(2).payload)
                == .deliver(self.delivered(3...3))
        )
    }

    @Test
    mutating func `a reading nobody asked for is ignored`() {
        self.follow(2)
        #expect(self.feed.read(self.page(3...3, head: 3), anchor: nil) == .ignore)
    }

    @Test
    mutating func `a reading that failed is wanted still`() {
        self.follow(2)
        #expect(self.receive(4) == .read(.after(2)))
        self.feed.readFailed()
        #expect(self.feed.needsRead)
        #expect(self.feed.check() == .read(.after(2)))
        #expect(!self.feed.needsRead)
        let anchor = self.message(2).payload
        #expect(self.feed.read(self.page(3...4, head: 4), anchor: anchor) == .deliver(self.delivered(3...4)))
    }

    // MARK: Gaps

    @Test
    mutating func `what has left the log is named by a gap`() {
        self.follow(2)
        #expect(self.receive(9) == .read(.after(2)))
        let gap = RoomFeedEvent.gap(epoch: self.epoch, from: 3, to: 6)
        #expect(
            self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .deliver([gap] + self.delivered(7...9))
        )
    }

    @Test
    mutating func `a log that is gone but for its numbers is one gap, when nothing has come for a while`() {
        self.follow(2)
        let page = self.page(nil, first: 10, head: 9)
        #expect(self.feed.check() == .read(.after(2)))
        #expect(self.feed.read(page, anchor: nil) == .wait([]))
        #expect(self.feed.needsRead)
        // Another look proves nothing.
        #expect(self.feed.check() == .none)
        #expect(self.feed.check(hasWaited: true) == .read(.after(2)))
        let gap = RoomFeedEvent.gap(epoch: self.epoch, from: 3, to: 9)
        #expect(self.feed.read(page, anchor: nil) == .deliver([gap]))
        #expect(self.receive(10) == .deliver)
    }

    @Test
    mutating func `a page that overtakes the subscription by more than the log keeps makes no gap`() {
        self.follow(2)
        #expect(self.feed.check() == .read(.after(2)))
        #expect(self.receive(3) == .deliver)
        #expect(self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .wait([]))
        for seq in 4...8 { #expect(self.receive(seq) == .deliver) }
        #expect(self.feed.check(hasWaited: true) == .read(.after(8)))
        let anchor = self.message(8).payload
        #expect(self.feed.read(self.page(9...9, first: 7, head: 9), anchor: anchor) == .deliver(self.delivered(9...9)))
        #expect(self.receive(9) == .drop)
        #expect(!self.feed.needsRead)
    }

    @Test
    mutating func `what is on its way may be far behind twice`() {
        self.follow(2)
        _ = self.feed.check()
        #expect(self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .wait([]))
        #expect(self.receive(3) == .deliver)
        #expect(self.feed.check(hasWaited: true) == .read(.after(3)))
        #expect(self.feed.read(self.page(17...19, first: 17, head: 19), anchor: nil) == .wait([]))
        for seq in 4...19 { #expect(self.receive(seq) == .deliver) }
    }

    @Test
    mutating func
        `a hole that later messages prove is a gap, and what the log has lost since comes from the subscription`()
    {
        self.follow(2)
        #expect(self.receive(5) == .read(.after(2)))
        #expect(self.receive(6) == .hold)
        let gap = RoomFeedEvent.gap(epoch: self.epoch, from: 3, to: 4)
        // The page has come ahead of 7 to 9.
        #expect(
            self.feed.read(self.page(10...11, first: 10, head: 11), anchor: nil)
                == .wait([gap] + self.delivered(5...6))
        )
        for seq in 7...11 { #expect(self.receive(seq) == .deliver) }
    }

    @Test
    mutating func `what was awaited and is followed by later messages is a gap`() {
        self.follow(2)
        _ = self.feed.check()
        #expect(self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .wait([]))
        #expect(self.receive(9) == .read(.after(2)))
        let gap = RoomFeedEvent.gap(epoch: self.epoch, from: 3, to: 6)
        #expect(
            self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .deliver([gap] + self.delivered(7...9))
        )
    }

    @Test
    mutating func `a log that begins anew is read at once, whatever is awaited of the old one`() {
        self.follow(2)
        _ = self.feed.check()
        #expect(self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .wait([]))
        #expect(self.feed.cleared() == .read(.after(2)))
    }

    @Test
    mutating func `while the subscription is lost, nothing is awaited`() {
        self.follow(2)
        self.feed.unsubscribed()
        #expect(self.feed.subscribed() == .read(.after(2)))
        let gap = RoomFeedEvent.gap(epoch: self.epoch, from: 3, to: 6)
        #expect(
            self.feed.read(self.page(7...9, first: 7, head: 9), anchor: nil) == .deliver([gap] + self.delivered(7...9))
        )
    }

    @Test
    mutating func `a message missing in the middle of the log is a gap too`() {
        self.follow(0)
        #expect(self.receive(4) == .read(.after(0)))
        var page = self.page(1...4, head: 4)
        page.publications.remove(at: 1)
        let gap = RoomFeedEvent.gap(epoch: self.epoch, from: 2, to: 2)
        #expect(
            self.feed.read(page, anchor: nil) == .deliver(self.delivered(1...1) + [gap] + self.delivered(3...4))
        )
    }

    // MARK: The connection

    @Test
    mutating func `after the subscription was lost, nothing is handed on before the log is compared`() {
        self.follow(2)
        self.feed.unsubscribed()
        #expect(self.feed.needsRead)
        #expect(self.feed.subscribed() == .read(.after(2)))
        #expect(self.receive(3) == .hold)
        #expect(
            self.feed.read(self.page(3...3, head: 3), anchor: self.message(2).payload)
                == .deliver(self.delivered(3...3))
        )
        #expect(self.receive(4) == .deliver)
    }

    @Test
    mutating func `a reading from before the subscription stood again is not trusted alone`() {
        self.follow(2)
        #expect(self.feed.check() == .read(.after(2)))
        self.feed.unsubscribed()
        #expect(self.feed.subscribed() == .wait)
        let anchor = self.message(2).payload
        #expect(self.feed.read(self.page(3...3, head: 3), anchor: anchor) == .read(self.delivered(3...3), .after(3)))
        #expect(self.receive(5) == .hold)
        #expect(
            self.feed.read(self.page(4...4, head: 4), anchor: self.message(3).payload)
                == .deliver(self.delivered(4...5))
        )
    }

    @Test
    mutating func `without a subscription, the log alone is followed`() {
        self.follow(2)
        self.feed.unsubscribed()
        #expect(self.feed.check() == .read(.after(2)))
        #expect(
            self.feed.read(self.page(3...4, head: 4), anchor: self.message(2).payload)
                == .deliver(self.delivered(3...4))
        )
        #expect(self.feed.subscribed() == .read(.after(4)))
    }

    // MARK: Another log

    @Test
    mutating func `a log of another epoch is a reset, then all that it keeps`() {
        self.follow(5)
        #expect(self.receive(2, self.other) == .read(.after(5)))
        let head = LogPosition(epoch: self.other, seq: 2)
        #expect(
            self.feed.read(self.page(nil, head: 2, self.other), anchor: nil)
                == .read([.reset(head: head)], .after(0))
        )
        #expect(self.receive(3, self.other) == .hold)
        #expect(
            self.feed.read(self.page(1...2, head: 2, self.other), anchor: nil)
                == .deliver(self.delivered(1...3, self.other))
        )
        #expect(self.receive(4, self.other) == .deliver)
        #expect(self.receive(6) == .read(.after(4)))
    }

    @Test
    mutating func `a reset of a trimmed log begins with a gap`() {
        self.follow(5)
        #expect(self.feed.check() == .read(.after(5)))
        let head = LogPosition(epoch: self.other, seq: 9)
        #expect(
            self.feed.read(self.page(nil, first: 8, head: 9, self.other), anchor: nil)
                == .read([.reset(head: head)], .after(0))
        )
        let gap = RoomFeedEvent.gap(epoch: self.other, from: 1, to: 7)
        #expect(
            self.feed.read(self.page(8...9, first: 8, head: 9, self.other), anchor: nil)
                == .deliver([gap] + self.delivered(8...9, self.other))
        )
    }

    @Test
    mutating func `a position before the first message needs no second reading`() {
        self.follow(0)
        #expect(self.feed.check() == .read(.after(0)))
        let head = LogPosition(epoch: self.other, seq: 2)
        #expect(
            self.feed.read(self.page(1...2, head: 2, self.other), anchor: nil)
                == .deliver([.reset(head: head)] + self.delivered(1...2, self.other))
        )
    }

    @Test
    mutating func `a head below the position is a log that was rolled back`() {
        self.follow(5)
        #expect(self.feed.check() == .read(.after(5)))
        #expect(self.feed.read(self.page(nil, head: 3), anchor: nil) == .replaceEpoch(self.epoch, .after(0)))
        #expect(self.receive(4) == .hold)
        let head = LogPosition(epoch: self.other, seq: 4)
        #expect(
            self.feed.read(self.page(1...4, head: 4, self.other), anchor: nil)
                == .read([.reset(head: head)] + self.delivered(1...4, self.other), .after(4))
        )
        // What came of the old epoch meanwhile is in no log.
        let anchor = self.message(4, self.other).payload
        #expect(self.feed.read(self.page(nil, head: 4, self.other), anchor: anchor) == .deliver([]))
        #expect(self.feed.droppedCount == 1)
    }

    @Test
    mutating func `a receipt above the head is a log that was rolled back`() {
        self.follow(5)
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 7))
        self.feed.stored(LogPosition(epoch: self.other, seq: 99))
        #expect(self.feed.check() == .read(.after(5)))
        #expect(
            self.feed.read(self.page(6...6, head: 6), anchor: self.message(5).payload)
                == .replaceEpoch(self.epoch, .after(0))
        )
    }

    @Test
    mutating func `another message at the position is a log that was rolled back`() {
        self.follow(5)
        self.feed.unsubscribed()
        #expect(self.feed.subscribed() == .read(.after(5)))
        let anchor = self.message(5, text: "another").payload
        #expect(self.feed.read(self.page(6...8, head: 8), anchor: anchor) == .replaceEpoch(self.epoch, .after(0)))
    }

    @Test
    mutating func `a rolled-back log is found again when the first attempt to replace its epoch failed`() {
        self.follow(5)
        _ = self.feed.check()
        _ = self.feed.read(self.page(nil, head: 3), anchor: nil)
        self.feed.readFailed()
        #expect(self.feed.check() == .read(.after(5)))
        #expect(self.feed.read(self.page(nil, head: 3), anchor: nil) == .replaceEpoch(self.epoch, .after(0)))
    }

    // MARK: A log that had two ends

    /// A message as Redis stores it, with its time.
    private func stored(_ seq: Int, at time: Int) -> Publication {
        let position = LogPosition(epoch: self.epoch, seq: seq, time: time)
        let head = #"{"epoch":"\#(self.epoch.rawValue)","seq":\#(seq),"time":\#(time)}"#
        return Publication(position: position, payload: ByteBuffer(string: head))
    }

    private func page(_ publications: [Publication], first: Int = 1, head: LogPosition, runs: LogRuns = .one) -> LogPage
    {
        LogPage(
            epoch: self.epoch,
            first: first,
            head: head.seq,
            headTime: head.time,
            publications: publications,
            runs: runs
        )
    }

    /// A node reads two messages from a primary that was replaced, and gives them to members; then it follows the other
    /// one, which has two others in their place.
    @Test(arguments: [(6, 7), (7, 7), (7, 9)])
    mutating func `what a replaced primary was read to have is lost, wherever the log goes on`(from: Int, to: Int) {
        self.follow(5)
        self.feed.unsubscribed()
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 7, time: 70))
        #expect(self.feed.subscribed() == .read(.after(5)))
        let others = (6...to).map { self.stored($0, at: 100 + $0) }
        let page = self.page(others, head: others[others.count - 1].position)
        #expect(self.feed.read(page, anchor: self.message(5).payload) == .replaceEpoch(self.epoch, .after(0)))
    }

    @Test
    mutating func `what a replaced primary was read to have is lost, when the log has trimmed the others`() {
        self.follow(5)
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 7, time: 70))
        #expect(self.feed.check() == .read(.after(5)))
        let runs = LogRuns([.init(seq: 6, time: 100)])
        let page = self.page([self.stored(20, at: 120)], first: 20, head: self.stored(20, at: 120).position, runs: runs)
        #expect(self.feed.read(page, anchor: nil) == .replaceEpoch(self.epoch, .after(0)))
    }

    @Test
    mutating func `a page that ends before what is known says nothing of it`() {
        self.follow(5)
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 7, time: 70))
        #expect(self.feed.check() == .read(.after(5)))
        let (sixth, eighth) = (self.stored(6, at: 60), self.stored(8, at: 80).position)
        // So many runs that the log does not know what came before them.
        let runs = LogRuns((8..<8 + LogRuns.maximum).map { .init(seq: $0, time: 80) })
        let anchor = self.message(5).payload
        #expect(
            self.feed.read(self.page([sixth], head: eighth, runs: runs), anchor: anchor)
                == .read([.publication(sixth)], .after(6))
        )
    }

    @Test
    mutating func `another message at a place that was read is not handed on before the log is compared`() {
        self.follow(5)
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 7, time: 70))
        #expect(self.feed.received(self.stored(6, at: 106)) == .deliver)
        #expect(self.feed.received(self.stored(7, at: 107)) == .read(.after(6)))
        let others = [self.stored(7, at: 107)]
        let anchor = self.stored(6, at: 106).payload
        #expect(
            self.feed.read(self.page(others, head: others[0].position), anchor: anchor)
                == .replaceEpoch(self.epoch, .after(0))
        )
    }

    @Test
    mutating func `a receipt for a place that the feed has passed with another message is of a log that is gone`() {
        self.follow(5)
        #expect(self.feed.received(self.stored(6, at: 106)) == .deliver)
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 6, time: 60))
        #expect(self.feed.check() == .read(.after(6)))
        let head = self.stored(6, at: 106)
        #expect(
            self.feed.read(self.page([], head: head.position), anchor: head.payload)
                == .replaceEpoch(self.epoch, .after(0))
        )
    }

    @Test
    mutating func `a head that was read early is the feed's when it comes`() {
        self.follow(5)
        self.feed.stored(LogPosition(epoch: self.epoch, seq: 7, time: 107))
        #expect(self.feed.received(self.stored(6, at: 106)) == .deliver)
        #expect(self.feed.received(self.stored(7, at: 107)) == .deliver)
        #expect(self.feed.received(self.stored(8, at: 108)) == .deliver)
        #expect(self.feed.check() == .read(.after(8)))
        let last = self.stored(8, at: 108)
        #expect(self.feed.read(self.page([], head: last.position), anchor: last.payload) == .deliver([]))
    }

    // MARK: Forgeries

    @Test
    mutating func `a message above the head is dropped, counted and moves no position`() {
        self.follow(2)
        #expect(self.receive(9) == .read(.after(2)))
        #expect(self.feed.read(self.page(nil, head: 2), anchor: self.message(2).payload) == .deliver([]))
        #expect(self.feed.droppedCount == 1)
        #expect(self.feed.position == LogPosition(epoch: self.epoch, seq: 2))
        #expect(self.receive(3) == .deliver)
    }

    @Test
    mutating func `a message of an epoch that is no more is dropped and counted`() {
        self.follow(2)
        #expect(self.receive(3, self.other) == .read(.after(2)))
        #expect(self.feed.read(self.page(nil, head: 2), anchor: self.message(2).payload) == .deliver([]))
        #expect(self.feed.droppedCount == 1)
    }
}
