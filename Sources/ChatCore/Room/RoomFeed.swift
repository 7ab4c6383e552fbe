package import NIOCore

/// Makes of all that arrives for a room one sequence without a hole, a double or a step back.
///
/// Pub/sub may lose what is published; the log does not. So a publication that follows on is handed on at once, a hole
/// is filled from the log while what comes after it is held, and what the log no longer has is named by a gap. When the
/// log is not the one that was followed, because it was lost or rolled back, the feed begins anew with a reset.
///
/// The order is always: subscribe, hold what arrives, read the log, merge. It does no input or output and knows no
/// clock; each input answers with what to do.
package struct RoomFeed {
    /// The most publications that are held; what comes past it is left to the next reading of the log.
    package let heldLimit: Int

    /// The message that was handed on last; nil until the log has been read for the first time.
    package internal(set) var position: LogPosition?
    /// What was dropped because no log has it: forged, or of a log that is no more.
    package internal(set) var droppedCount = 0
    /// Whether something is missing that no reading under way will bring.
    package internal(set) var needsRead = true

    /// The message at the position, to tell this log from another that has come as far.
    var payload: ByteBuffer?
    /// The runs that the log was known to have when the feed came to a position without its message.
    var runs = LogRuns.one
    /// The newest number that the log is known to have given out; above the position when a receipt came first.
    var known = 0
    var isSubscribed = false
    /// Whether the log has been seen to be the same since the subscription was made.
    var isVerified = false
    var reading: Reading?
    var held: [Publication] = []
    var hasOverflowed = false

    package init(heldLimit: Int = 1024) { self.heldLimit = heldLimit }

    /// A reading of the log under way, and what was known when it was asked for: an answer is judged by that, since
    /// the feed may have moved on meanwhile.
    struct Reading {
        var known: Int
        var seq: Int
        var payload: ByteBuffer?
        /// How many of the held publications came before it was asked for; the log must have these.
        var heldBefore: Int
    }

    // MARK: The connection

    package enum OnSubscribed: Equatable {
        /// Read the log from there.
        case read(LogRead)
        /// A reading is under way; one that is to be trusted follows it.
        case wait
    }

    /// The subscription stands, for the first time or again: what is published from now on arrives.
    package mutating func subscribed() -> OnSubscribed {
        self.isSubscribed = true
        self.isVerified = false
        guard self.reading == nil else {
            self.needsRead = true
            return .wait
        }
        return .read(self.beginReading())
    }

    /// Whether the subscription is known to stand.
    package var isFollowing: Bool { self.isSubscribed }

    /// The subscription is lost: what is published from now on does not arrive.
    package mutating func unsubscribed() {
        self.isSubscribed = false
        self.isVerified = false
        self.needsRead = true
    }

    // MARK: Publications

    package enum OnPublication: Equatable {
        /// Hand it on; it follows on what came before.
        case deliver
        /// Read the log from there; it is held until then.
        case read(LogRead)
        /// It is held until the reading under way has come back.
        case hold
        /// It was handed on before, or there is no room to hold it and the log will bring it.
        case drop
    }

    /// A message was published in the room.
    package mutating func received(_ publication: Publication) -> OnPublication {
        let place = publication.position
        if self.isVerified, let position = self.position, position.epoch == place.epoch {
            if place.seq == position.seq + 1 {
                self.advance(to: publication)
                return .deliver
            }
            guard place.seq > position.seq else { return .drop }
        }
        guard self.held.count < self.heldLimit else {
            self.hasOverflowed = true
            return .drop
        }
        self.held.append(publication)
        guard self.isSubscribed, self.reading == nil else { return .hold }
        return .read(self.beginReading())
    }

    /// A receipt says that the log has come as far as this.
    package mutating func stored(_ position: LogPosition) {
        guard position.epoch == self.position?.epoch else { return }
        self.known = max(self.known, position.seq)
    }

    // MARK: The log

    package enum OnCheck: Equatable {
        /// Read the log from there.
        case read(LogRead)
        /// Nothing can be read now, or it is being read.
        case none
    }

    /// It is time to compare the position with the head: the room was quiet, or the log's server was away.
    package mutating func check() -> OnCheck {
        guard self.reading == nil, self.position != nil || self.isSubscribed else { return .none }
        return .read(self.beginReading())
    }

    package enum OnPage: Equatable {
        /// Hand these on; nothing is missing then.
        case deliver([RoomFeedEvent])
        /// Hand these on and read further from there.
        case read([RoomFeedEvent], LogRead)
        /// The log was rolled back: put another epoch in this one's place, unless that was done already, and read the
        /// log from its beginning.
        case replaceEpoch(Epoch, LogRead)
        /// Nobody asked for it.
        case ignore
    }

    /// The log was read from where ``LogRead`` said.
    ///
    /// - Parameters:
    ///   - page: The messages after that position.
    ///   - anchor: The message at that position; nil when the log does not keep it.
    /// - Returns: What to hand on, and whether to read further.
    package mutating func read(_ page: LogPage, anchor: ByteBuffer?) -> OnPage {
        guard let reading = self.reading else { return .ignore }
        self.reading = nil
        guard let position = self.position else {
            self.begin(at: page.headPosition, payload: anchor, page.runs)
            return self.settle([], page, heldBefore: reading.heldBefore)
        }
        guard page.epoch == position.epoch else { return self.startAnew(page, reading) }
        if self.isAnother(page, anchor: anchor, reading) {
            self.isVerified = false
            return .replaceEpoch(page.epoch, self.beginReading(fromStart: true))
        }
        return self.settle(self.merge(page), page, heldBefore: reading.heldBefore)
    }

    /// The log could not be read; ``needsRead`` stays until it can.
    package mutating func readFailed() {
        self.reading = nil
        self.needsRead = true
    }
}

/// From where a room's log is to be read.
package enum LogRead: Equatable, Sendable {
    /// No message, only how far it has come, with the newest message as the anchor.
    case head
    /// The messages after this number, with the message of this number as the anchor.
    case after(Int)
}

/// What a feed hands on.
package enum RoomFeedEvent: Equatable, Sendable {
    case publication(Publication)
    /// Messages that the log no longer has.
    case gap(epoch: Epoch, from: Int, to: Int)
    /// The log began anew and has come to this head.
    case reset(head: LogPosition)
}
