/// How many are in a room, and whether that is too many to tell of each who comes and goes (docs/PROTOCOL.md, section 3,
/// `presence`).
package struct Crowd: Sendable, Equatable {
    private let limit: Int
    package private(set) var count = 0
    /// The newest change that came.
    package private(set) var version = 0
    /// Whether the room counts as large: above the limit, until it falls below 80 % of it.
    package private(set) var isLarge = false
    /// Whether members of a large room have not been told the newest count.
    package private(set) var isStale = false

    /// Begins with nobody.
    package init(limit: Int) { self.limit = limit }

    /// What the members are told of a change.
    package enum OnChange: Equatable, Sendable {
        /// The change itself.
        case tell
        /// Nothing now; the count comes within a second.
        case tellCountSoon
        /// Nothing: it was known.
        case known
    }

    /// Somebody came, went or has another name.
    package mutating func receive(_ change: PresenceChange) -> OnChange {
        guard change.version > self.version else { return .known }
        self.version = change.version
        self.set(count: change.memberCount)
        guard self.isLarge else { return .tell }
        self.isStale = true
        return .tellCountSoon
    }

    /// A list of members was read.
    ///
    /// Changes up to its version are still told when they come: who read it is one member, and the others have not.
    package mutating func receive(_ page: MemberPage) {
        if page.version > self.version { self.set(count: page.count) }
    }

    /// It is time to tell the count, if it has to be told.
    package mutating func takeStale() -> (count: Int, version: Int)? {
        guard self.isStale else { return nil }
        self.isStale = false
        return (self.count, self.version)
    }

    /// The room's log and its counts began anew.
    package mutating func reset() { self = Crowd(limit: self.limit) }

    private mutating func set(count: Int) {
        self.count = count
        if count > self.limit { self.isLarge = true } else if count * 5 < self.limit * 4 { self.isLarge = false }
    }
}
