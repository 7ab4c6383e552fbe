/// What holds in a room for everybody.
package struct RoomRules: Equatable, Sendable {
    /// Each member says one thing in some seconds.
    package struct Slow: Equatable, Sendable {
        package var ruling: Ruling
        package var seconds: Int
    }

    /// Texts with certain words are refused.
    package struct Words: Equatable, Sendable {
        package var ruling: Ruling
        package var list: WordList
    }

    package var closed: Ruling?
    package var slow: Slow?
    package var words: Words?

    package init() {}

    /// Whether nothing is special about the room.
    package var isEmpty: Bool { self.closed == nil && self.slow == nil && self.words == nil }

    /// The error for a text; nil when it may be said.
    package func refusal(of text: MessageText, now: Int) -> ProtocolError? {
        if let closed, closed.holds(at: now) { return .roomClosed(closed) }
        if let words, words.ruling.holds(at: now), words.list.isIn(text.rawValue) { return .textRefused }
        return nil
    }

    /// The seconds between two things that a member says; nil: any.
    package func pause(now: Int) -> Int? {
        guard let slow, slow.ruling.holds(at: now) else { return nil }
        return slow.seconds
    }
}
