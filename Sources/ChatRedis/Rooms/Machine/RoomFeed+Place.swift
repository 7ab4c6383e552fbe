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
        /// The newest number that the log is known to have used; above the position when a receipt came first.
        private(set) var known: Int

        init(at position: LogPosition, message: ByteBuffer?, _ runs: LogRuns) {
            self.position = position
            self.proof = message.map { .message($0) } ?? .runs(runs)
            self.known = position.seq
        }

        mutating func advance(to publication: Publication) {
            self.position = publication.position
            self.proof = .message(publication.payload)
            self.known = max(self.known, publication.position.seq)
        }

        /// Skips the numbers before this one, if there are any; returns them.
        mutating func skip(to seq: Int, _ runs: LogRuns) -> RoomFeedEvent? {
            let before = self.position
            guard before.seq + 1 < seq else { return nil }
            self.position = LogPosition(epoch: before.epoch, seq: seq - 1)
            self.proof = .runs(runs)
            self.known = max(self.known, seq - 1)
            return .gap(epoch: before.epoch, from: before.seq + 1, to: seq - 1)
        }

        /// The log has used this number.
        mutating func stored(_ stored: LogPosition) {
            if stored.epoch == self.position.epoch { self.known = max(self.known, stored.seq) }
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
        /// again that the feed has seen.
        func isOfSameLog(as page: LogPage, anchor: ByteBuffer?) -> Bool {
            guard let place else { return true }
            guard page.head >= place.known else { return false }
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
