package import ChatCore

/// A client's position in a room's log: the messages it has, the ones it misses, and the place to resume.
///
/// The server promises each message exactly once and in order (docs/PROTOCOL.md, section 4). The client enforces that:
/// repeated messages are dropped, and a hole without announcement is reported, never ignored.
package struct RoomPosition: Equatable, Sendable {
    private enum State: Equatable {
        /// Nothing is known of the log yet; the join asks like this.
        case start(JoinStart)
        /// A replay was announced, and its first message decides the position; a new join would ask in the same way.
        case open(JoinStart)
        /// Everything up to here was received or reported lost.
        case at(LogPosition)
    }

    private var state: State

    /// Begins at the client's requested start.
    package init(_ start: JoinStart) {
        if case .after(let position) = start { self.state = .at(position) } else { self.state = .start(start) }
    }

    /// The request of the next join.
    package var start: JoinStart {
        switch self.state {
        case .start(let start), .open(let start): start
        case .at(let position): .after(position)
        }
    }

    /// The last place that is known, for a client that wants to remember it.
    package var current: LogPosition? {
        guard case .at(let position) = self.state else { return nil }
        return position
    }

    /// The room was joined.
    package mutating func joined(_ reply: JoinReply) {
        // A resuming client keeps its position until a reset, a gap or a message moves it.
        switch self.state {
        case .at: break
        case .start(let start), .open(let start): self.state = reply.replay > 0 ? .open(start) : .at(reply.head)
        }
    }

    /// The client's step for a message.
    package enum OnMessage: Equatable, Sendable {
        /// Hand it on.
        case deliver
        /// Report that the messages in between are missing, then hand it on.
        case deliverAfterHole(from: Int, to: Int)
        /// Report that the log started again, then hand it on.
        case deliverAfterReset
        /// It was handed on before.
        case drop
    }

    /// A message came; nil means that it is in no log.
    package mutating func received(_ position: LogPosition?) -> OnMessage {
        guard let position else { return .deliver }
        guard case .at(let last) = self.state else {
            self.state = .at(position)
            return .deliver
        }
        guard last.epoch == position.epoch else {
            self.state = .at(position)
            return .deliverAfterReset
        }
        guard position.seq > last.seq else { return .drop }
        self.state = .at(position)
        let expected = last.seq + 1
        return position.seq == expected ? .deliver : .deliverAfterHole(from: expected, to: position.seq - 1)
    }

    /// Messages are lost for good.
    ///
    /// - Returns: Whether it is new.
    package mutating func lost(_ epoch: Epoch, to last: Int) -> Bool {
        if case .at(let position) = self.state, position.epoch == epoch, position.seq >= last { return false }
        self.state = .at(LogPosition(epoch: epoch, seq: last))
        return true
    }

    /// The log started again: its messages follow from the beginning.
    package mutating func reset(_ epoch: Epoch) {
        self.state = .at(LogPosition(epoch: epoch, seq: 0))
    }
}
