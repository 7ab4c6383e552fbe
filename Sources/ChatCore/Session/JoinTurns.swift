internal import DequeModule

/// Lets a connection join a few rooms at a time, in the order of its commands.
///
/// A URL can name a hundred rooms: without turns, whoever talks would wait until all of these are joined, also when the
/// client that asked for them has gone.
struct JoinTurns: Sendable {
    /// The most rooms that a connection joins at a time.
    static let atATime: UInt8 = 8

    /// The number of joins under way.
    private var underWay: UInt8 = 0
    private var waiting: Deque<CommandEnvelope> = []

    /// Whether a join may begin; the others are to ``wait(_:)``.
    var isFree: Bool { self.underWay < Self.atATime }

    mutating func began() { self.underWay += 1 }
    mutating func ended() { self.underWay -= 1 }

    mutating func wait(_ join: CommandEnvelope) { self.waiting.append(join) }

    /// Takes the next join whose turn it is.
    mutating func next() -> CommandEnvelope? {
        guard self.isFree, let join = self.waiting.popFirst() else { return nil }
        if self.waiting.isEmpty { self.waiting = [] }
        return join
    }
}
