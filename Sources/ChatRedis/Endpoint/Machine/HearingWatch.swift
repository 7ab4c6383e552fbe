internal import NIOCore

/// Notices a subscription that is open and brings nothing: a node says something to itself every few seconds.
///
/// A connection that answers `PING` may lead to a Redis that nobody publishes to any more, or to one that has forgotten
/// what it was asked for. What was said over the one connection must come back over the other.
struct HearingWatch {
    /// How often the node says something.
    static let interval = TimeAmount.seconds(3)
    /// How long it may take to come back, from the moment when Redis says that it was published, while nothing else
    /// comes.
    static let patience = TimeAmount.seconds(4)
    /// How long it may take in all: what stands before it may take a node that has much to do a while.
    static let longPatience = TimeAmount.seconds(30)

    private enum State {
        /// Nothing was said since.
        case silent(since: NIODeadline)
        /// It is on its way to Redis.
        case said(String)
        /// Redis has published it, and this is when something came last.
        case published(String, at: NIODeadline, last: NIODeadline)
    }

    private var state: State

    init(now: NIODeadline) { self.state = .silent(since: now) }

    enum OnTick: Equatable {
        /// Say something.
        case say
        /// The word does not come back: the subscription is of no use.
        case giveUp
        case none
    }

    /// It is time to look.
    mutating func tick(_ now: NIODeadline) -> OnTick {
        switch self.state {
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
        case .silent, .said, .published: break
        }
    }

    /// Something was delivered: the subscription is not deaf, and the word stands behind it.
    mutating func receivedSomething(at now: NIODeadline) {
        if case .published(let word, at: let then, last: _) = self.state {
            self.state = .published(word, at: then, last: now)
        }
    }
}
