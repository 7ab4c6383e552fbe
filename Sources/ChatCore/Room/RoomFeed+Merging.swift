internal import NIOCore

// How a feed takes over what the log has; only the feed itself calls it.

extension RoomFeed {
    mutating func beginReading(fromStart: Bool = false) -> LogRead {
        self.needsRead = false
        let seq = fromStart ? 0 : self.position?.seq ?? 0
        self.reading = Reading(
            known: fromStart ? 0 : self.known,
            seq: seq,
            payload: fromStart ? nil : self.payload,
            heldBefore: self.held.count
        )
        return self.position == nil ? .head : .after(seq)
    }

    mutating func begin(at position: LogPosition, payload: ByteBuffer?, _ runs: LogRuns) {
        self.position = position
        self.runs = runs
        self.payload = payload
        self.known = position.seq
        self.isVerified = self.isSubscribed
    }

    mutating func advance(to publication: Publication) {
        self.position = publication.position
        self.payload = publication.payload
        self.known = max(self.known, publication.position.seq)
    }

    /// Whether a page is of another log than the one that was followed, although of the same epoch.
    ///
    /// A log that was rolled back has a lower head, or another message where the feed stands, or gave out anew numbers
    /// that the feed has seen.
    func isAnother(_ page: LogPage, anchor: ByteBuffer?, _ reading: Reading) -> Bool {
        guard page.head >= reading.known else { return true }
        guard reading.seq > 0 else { return false }
        guard let payload = reading.payload else {
            return page.runs.beginnings.contains { $0.seq <= reading.seq && !self.runs.beginnings.contains($0) }
        }
        if let anchor { return anchor != payload }
        let time = PublicationCodec.time(of: payload)
        return !page.runs.vouch(for: LogPosition(epoch: page.epoch, seq: reading.seq, time: time))
    }

    /// The log has another epoch: forget the position, and take all that the new log keeps.
    mutating func startAnew(_ page: LogPage, _ reading: Reading) -> OnPage {
        let head = page.headPosition
        self.begin(at: LogPosition(epoch: page.epoch, seq: 0), payload: nil, page.runs)
        self.isVerified = false
        // A page that began further on than the first message cannot tell what stands before it.
        guard reading.seq == 0 else { return .read([.reset(head: head)], self.beginReading()) }
        return self.settle([.reset(head: head)] + self.merge(page), page, heldBefore: reading.heldBefore)
    }

    /// Takes over what the page has beyond the position, naming what the log no longer keeps.
    mutating func merge(_ page: LogPage) -> [RoomFeedEvent] {
        var events: [RoomFeedEvent] = []
        for publication in page.publications {
            self.skip(to: publication.position.seq, page.runs, &events)
            guard let position = self.position, publication.position.seq > position.seq else { continue }
            self.advance(to: publication)
            events.append(.publication(publication))
        }
        // A log that claims messages but has none of them has lost its end: there is nothing further to read.
        if page.publications.isEmpty { self.skip(to: page.head + 1, page.runs, &events) }
        return events
    }

    /// Steps over what stands between the position and this number.
    private mutating func skip(to seq: Int, _ runs: LogRuns, _ events: inout [RoomFeedEvent]) {
        guard let position = self.position, position.seq + 1 < seq else { return }
        events.append(.gap(epoch: position.epoch, from: position.seq + 1, to: seq - 1))
        self.position = LogPosition(epoch: position.epoch, seq: seq - 1)
        self.payload = nil
        self.runs = runs
        self.known = max(self.known, seq - 1)
    }

    /// Takes over what was held and follows on, and decides whether the log must be read again.
    mutating func settle(_ merged: [RoomFeedEvent], _ page: LogPage, heldBefore: Int) -> OnPage {
        var events = merged
        guard let position = self.position, position.seq >= page.head else {
            self.dropUnlogged(page, heldBefore: heldBefore)
            return .read(events, self.beginReading())
        }
        self.isVerified = self.isSubscribed && !self.needsRead
        self.dropUnlogged(page, heldBefore: heldBefore)
        var rest: [Publication] = []
        for publication in self.held.sorted(by: { $0.position.seq < $1.position.seq }) {
            guard let position = self.position, publication.position.epoch == position.epoch else {
                rest.append(publication)
                continue
            }
            if publication.position.seq == position.seq + 1 {
                self.advance(to: publication)
                events.append(.publication(publication))
            } else if publication.position.seq > position.seq {
                rest.append(publication)
            }
        }
        self.held = rest
        guard !rest.isEmpty || self.hasOverflowed || (self.needsRead && self.isSubscribed) else {
            return .deliver(events)
        }
        self.hasOverflowed = false
        return .read(events, self.beginReading())
    }

    /// Drops what was held before the log was read and yet does not stand in it: no log ever had it.
    private mutating func dropUnlogged(_ page: LogPage, heldBefore: Int) {
        let count = self.held.count
        let judged = self.held.prefix(heldBefore).filter {
            $0.position.epoch == page.epoch && $0.position.seq <= page.head
        }
        self.held = judged + self.held.dropFirst(heldBefore)
        self.droppedCount += count - self.held.count
    }
}
