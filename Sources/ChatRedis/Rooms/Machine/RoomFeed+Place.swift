internal import ChatCore
internal import NIOCore

extension RoomFeed {
    /// The position of a feed in a log, and the data that tell this log from another one of the same length.
    struct Place {
        /// The mark of this log.
        enum Proof {
            /// The message at the position.
            case message(ByteBuffer)
            /// The runs that the log had when the feed reached this position without the message.
            case runs(LogRuns)
        }

        private(set) var position: LogPosition
        private(set) var proof: Proof
        /// The newest place that the log is known to have used; above the position when a receipt or a page came first.
        ///
        /// Somebody may have got the message at that place already, so the log has to have the same one there: a primary that
        /// comes back after another was promoted goes on writing by itself for a moment, and its messages are lost.
        private(set) var known: LogPosition

        init(at position: LogPosition, message: ByteBuffer?, _ runs: LogRuns) {
            self.position = position
            self.proof = message.map { .message($0) } ?? .runs(runs)
            self.known = position
        }

        mutating func advance(to publication: Publication) {
            self.position = publication.position
            self.proof = .message(publication.payload)
            if self.known.seq <= publication.position.seq { self.known = publication.position }
        }

        /// Skips the numbers before this one, if there are any; returns them.
        mutating func skip(to seq: Int, _ runs: LogRuns) -> RoomFeedEvent? {
            let before = self.position
            guard before.seq + 1 < seq else { return nil }
            self.position = LogPosition(epoch: before.epoch, seq: seq - 1)
            self.proof = .runs(runs)
            if self.known.seq < seq - 1 { self.known = self.position }
            return .gap(epoch: before.epoch, from: before.seq + 1, to: seq - 1)
        }

        /// The log has used this place.
        ///
        /// Where another message is known to be at the same place, one of the two is of a log that is gone; the newer one is
        /// kept, and the next reading compares it with the log.
        mutating func stored(_ stored: LogPosition) {
            guard stored.epoch == self.position.epoch, stored.time != nil || stored.seq > self.known.seq else { return }
            if stored.seq >= self.known.seq { self.known = stored }
        }

        /// Whether another message than this one is known to be at its place.
        func contradicts(_ position: LogPosition) -> Bool {
            guard position == self.known, let time = position.time, let known = self.known.time else { return false }
            return time != known
        }

        /// Whether a page of the same epoch, or the message before it, has another message at the known place.
        func contradicts(_ page: LogPage, anchor: ByteBuffer?, at seq: Int) -> Bool {
            let time = anchor.flatMap { PublicationCodec.time(of: $0) }
            return self.contradicts(LogPosition(epoch: page.epoch, seq: seq, time: time))
                || self.contradicts(page.headPosition) || page.publications.contains { self.contradicts($0.position) }
        }
    }

    /// A reading of the log under way, with the state when it was requested: the answer is judged by that state, since
    /// the feed may have moved on meanwhile.
    struct Reading {
        /// The position of the feed; nil: the log is read from its beginning, whatever log it is.
        private let place: Place?
        /// The number of held publications that came before the request; the log must have these.
        let heldBefore: Int
        /// Whether the messages after this position were awaited for a while, since an earlier page did not have them.
        let hasWaited: Bool

        init(of place: Place?, heldBefore: Int, hasWaited: Bool) {
            self.place = place
            self.heldBefore = heldBefore
            self.hasWaited = hasWaited
        }

        /// The number after which it reads.
        var seq: Int { self.place?.position.seq ?? 0 }

        /// Whether a page of the same epoch belongs to the followed log.
        ///
        /// A log that was rolled back has a lower head, or another message at the feed's position, or used numbers
        /// again that the feed has seen, or that somebody was given by a page or a receipt.
        func isOfSameLog(as page: LogPage, anchor: ByteBuffer?) -> Bool {
            guard let place else { return true }
            guard page.head >= place.known.seq else { return false }
            // A page that ends before the known place says nothing of it; a later one will.
            let ends = page.publications.last.map { $0.position.seq < place.known.seq } ?? false
            if place.known.seq > self.seq, place.known.time != nil, !ends, !page.proves(place.known) { return false }
            guard self.seq > 0 else { return true }
            switch place.proof {
            case .runs(let runs):
                return !page.runs.beginnings.contains { $0.seq <= self.seq && !runs.beginnings.contains($0) }
            case .message(let payload):
                if let anchor { return PublicationCodec.isSame(anchor, payload) }
                let time = PublicationCodec.time(of: payload)
                return page.runs.vouch(for: LogPosition(epoch: page.epoch, seq: self.seq, time: time))
            }
        }
    }
}
