internal import NIOCore

/// Notices a subscription that is open and brings nothing: a node publishes a word to itself every few seconds.
///
/// A connection that answers `PING` may lead to a Redis to which nobody publishes any more, or to one that has
/// forgotten the subscriptions. A word that was sent over one connection must come back over the other.
struct HearingWatch {
    /// The interval between two words.
    static let interval = TimeAmount.seconds(3)
    /// The longest time for the word to come back after Redis confirms its publication, while nothing else arrives.
    static let patience = TimeAmount.seconds(4)
    /// The longest time for the word to come back at all: a busy node may need a while for the messages before it.
    static let longPatience = TimeAmount.seconds(30)

    private enum State {
        /// Its own channel is not confirmed on a connection that is open; this is the time when anything came last.
        case unconfirmed(since: NIODeadline, last: NIODeadline)
        /// No word was sent since.
        case silent(since: NIODeadline)
        /// It is on its way to Redis.
        case said(String)
        /// Redis has published it; this is the time when anything came last.
        case published(String, at: NIODeadline, last: NIODeadline)
    }

    private var state: State

    init(now: NIODeadline) { self.state = .silent(since: now) }

    enum OnTick: Equatable {
        /// Send a word.
        case say
        /// The word does not come back: the subscription does not work.
        case giveUp
        case none
    }

    /// Time has passed, and its own channel is not confirmed although the connection is open; decides what to do.
    mutating func tickUnconfirmed(_ now: NIODeadline) -> OnTick {
        guard case .unconfirmed(let since, let last) = self.state else {
            self.state = .unconfirmed(since: now, last: now)
            return .none
        }
        guard now - last > Self.patience || now - since > Self.longPatience else { return .none }
        self.state = .silent(since: now)
        return .giveUp
    }

    /// Time has passed; decides what to do.
    mutating func tick(_ now: NIODeadline) -> OnTick {
        switch self.state {
        case .unconfirmed:
            self.state = .silent(since: now)
            return .none
        case .silent(let since) where now - since >= Self.interval: return .say
        case .published(_, at: let then, let last) where now - last > Self.patience || now - then > Self.longPatience:
            self.state = .silent(since: now)
            return .giveUp
        case .silent, .said, .published: return .none
        }
    }

    /// The word was sent to Redis.
    mutating func said(_ word: String) { self.state = .said(word) }

    /// Redis says that it was published.
    mutating func published(_ word: String, at now: NIODeadline) {
        guard case .said(word) = self.state else { return }
        self.state = .published(word, at: now, last: now)
    }

    /// Redis did not publish it, or the subscription was made again: nothing follows from its absence.
    mutating func restart(at now: NIODeadline) { self.state = .silent(since: now) }

    /// A word came back.
    mutating func heard(_ word: String, at now: NIODeadline) {
        switch self.state {
        case .said(word), .published(word, at: _, last: _): self.state = .silent(since: now)
        case .unconfirmed, .silent, .said, .published: break
        }
    }

    /// Something came that is no answer to a `PING`: the subscription works, and what is missing is still behind it.
    mutating func receivedSomething(at now: NIODeadline) {
        switch self.state {
        case .published(let word, at: let then, last: _): self.state = .published(word, at: then, last: now)
        case .unconfirmed(let since, last: _): self.state = .unconfirmed(since: since, last: now)
        case .silent, .said: break
        }
    }
}
