/// A record of what the members of a room have been told about each other, which decides what they are told next
/// (docs/PROTOCOL.md, section 4, guarantee 6).
///
/// All members on one shard have been told the same: the state at ``version``. In a small room this is a list of names,
/// and every change is sent; in a large one it is a count, sent at most once a second.
///
/// Changes may be lost on their way. A change that does not directly follow the last one is held, and the list of
/// members is read once (``beginReading()``, ``receive(_:)``). Then the members get the difference, as changes with
/// their own numbers. So no client sees the hole that the node has seen.
package struct Crowd: Sendable, Equatable {
    /// The most changes that are held while the list is read; further ones need another reading.
    package static let heldLimit = 256

    /// The members' knowledge of each other.
    private enum Knowledge: Equatable {
        /// No names have been told: the first list is on its way, or the room has just stopped being large.
        case nothing
        /// These names.
        case names([UserID: User])
        /// This count. A room is large above the limit, until it falls below 80 % of it.
        case count
    }

    /// The state of the broker's list of members here.
    private enum List: Equatable {
        /// Nothing is missing.
        case notNeeded
        /// Something may be missing.
        case needed
        /// It is being read.
        case beingRead
        /// It is being read, and changes were lost that may not be in it.
        case beingReadInVain
    }

    private let room: RoomName
    private let limit: Int
    private var knowledge = Knowledge.nothing
    private var list = List.notNeeded
    package private(set) var count = 0
    /// The newest change that the members have been told of.
    package private(set) var version = 0
    /// Whether members of a large room have not been told the newest count.
    package private(set) var isStale = false
    private var held: [Held] = []
    /// The version that a list must have reached, so that the difference can be told change by change.
    private var needed = 0

    private struct Held: Equatable {
        var kind: PresenceKind
        var change: PresenceChange
    }

    /// Begins without members.
    package init(room: RoomName, limit: Int) {
        self.room = room
        self.limit = limit
    }

    /// Whether the room counts as large.
    package var isLarge: Bool {
        // Inlined, the optimiser lets a second owner of the names live until a change of them, which then copies them all
        // (Benchmarks/Micro/bounds-release.txt).
        @inline(never) get { if case .count = self.knowledge { true } else { false } }
    }

    /// Whether changes may be missing that only a list of the members has.
    package var needsReading: Bool {
        switch self.list {
        case .needed, .beingReadInVain: true
        case .notNeeded, .beingRead: false
        }
    }

    /// The names that the members have been told; nil in a large room, and before the first list.
    private var told: [UserID: User]? {
        guard case .names(let names) = self.knowledge else { return nil }
        return names
    }

    // MARK: Changes

    /// The message to the members about a change.
    package enum OnChange: Equatable, Sendable {
        /// The change itself.
        case tell
        /// Nothing now; the count comes within a second.
        case tellCountSoon
        /// Nothing: it was known already.
        case known
        /// Nothing until the list of members has been read: changes before it are missing.
        case hold
    }

    /// A user came, left or has another name.
    package mutating func receive(_ kind: PresenceKind, _ change: PresenceChange) -> OnChange {
        guard change.version > self.version else { return .known }
        let wasLarge = self.isLarge
        switch self.knowledge {
        // A large room, or one whose first list is still on its way to its first member.
        case .nothing, .count: self.version = change.version
        case .names:
            guard self.list == .notNeeded, change.version == self.version + 1 else {
                self.hold(kind, change)
                return .hold
            }
            _ = self.apply(kind, change)
        }
        self.set(count: change.memberCount)
        guard !self.isLarge else {
            self.isStale = true
            return .tellCountSoon
        }
        // From now on names are sent again, so a list of names is needed.
        if wasLarge { self.miss() }
        return .tell
    }

    /// Changes are missing that a reading under way may not contain.
    private mutating func miss() {
        switch self.list {
        case .notNeeded, .needed: self.list = .needed
        case .beingRead, .beingReadInVain: self.list = .beingReadInVain
        }
    }

    private mutating func hold(_ kind: PresenceKind, _ change: PresenceChange) {
        if self.list == .notNeeded { self.list = .needed }
        if self.held.count < Self.heldLimit { self.held.append(Held(kind: kind, change: change)) }
    }

    /// Enters the change in the list, and returns its event.
    private mutating func apply(_ kind: PresenceKind, _ change: PresenceChange) -> Event {
        self.version = change.version
        let old = self.setName(of: change.user.id, kind == .left ? nil : change.user)
        switch kind {
        case .joined: return .joined(change)
        case .left: return .left(change)
        case .renamed: return .renamed(change, oldName: old?.name ?? change.user.name)
        }
    }

    /// Changes the list that the members have been told; returns the old entry.
    private mutating func setName(of id: UserID, _ user: User?) -> User? {
        guard case .names(var names) = self.knowledge else { return nil }
        // The list is moved out while it changes: with a second owner, the change would copy it.
        self.knowledge = .nothing
        let old = names[id]
        names[id] = user
        self.knowledge = .names(names)
        return old
    }

    // MARK: Lists

    /// The list of members that everybody here has been told, for a user that joins.
    ///
    /// - Parameters:
    ///   - user: The user that joins.
    ///   - version: The version that it must have reached.
    /// - Returns: All members, in no order; nil when the list must be read.
    package func page(with user: User, since version: Int) -> MemberPage? {
        guard let told, self.list == .notNeeded, self.version >= version, told[user.id] == user else { return nil }
        return MemberPage(members: Array(told.values), count: self.count, cursor: nil, version: self.version)
    }

    /// The version that a broker with a lower count has to go past, when it is asked for the list.
    package var pastVersion: Int { max(self.version, self.needed) }

    /// Changes may have been lost.
    package mutating func doubt() { if self.version > 0 { self.miss() } }

    /// The broker has counted this many changes: if fewer came here, some were lost.
    package mutating func expect(version: Int) { if version > self.version { self.doubt() } }

    /// The list of members is about to be read, for ``receive(_:)`` or ``readingFailed()``.
    package mutating func beginReading() { self.list = .beingRead }

    /// It could not be read.
    package mutating func readingFailed() { self.list = .needed }

    /// A list of members was read, for a member who joins or because changes were lost.
    ///
    /// - Parameter page: The beginning of the list.
    /// - Returns: The events for the present members.
    package mutating func receive(_ page: MemberPage) -> [Event] {
        self.list = self.needsReading ? .needed : .notNeeded
        let events = self.adopt(page)
        return events + self.release()
    }

    private mutating func adopt(_ page: MemberPage) -> [Event] {
        // An older list was overtaken by changes that came since. A list that differs at the same version is from a
        // broker that lost its count and has reached the same number again.
        guard page.version >= self.version else { return [] }
        let before = (told: self.told, version: self.version, count: self.count)
        if let told = self.told, page.count <= self.limit, !self.canTell(told, page) { return [] }
        self.version = page.version
        self.set(count: page.count)
        guard !self.isLarge else {
            self.isStale = self.isStale || page.version > before.version
            return []
        }
        let names = Self.names(page)
        self.knowledge = .names(names)
        guard let told = before.told else {
            return page.version > before.version ? [self.countEvent(page.count, page.version)] : []
        }
        return self.difference(told, names, from: before.version, count: before.count)
    }

    private static func names(_ page: MemberPage) -> [UserID: User] {
        Dictionary(page.members.map { ($0.id, $0) }) { $1 }
    }

    /// Whether the broker has counted far enough to tell the difference; otherwise the list is read again, and the
    /// broker told to go past that number.
    private mutating func canTell(_ told: [UserID: User], _ page: MemberPage) -> Bool {
        let names = Self.names(page)
        let changes = told.keys.count { names[$0] == nil } + names.values.count { told[$0.id] != $0 }
        guard page.version - changes < self.version else { return true }
        self.needed = self.version + changes
        self.miss()
        return false
    }

    /// Releases the held changes that directly follow.
    private mutating func release() -> [Event] {
        var events: [Event] = []
        for held in self.held.sorted(by: { $0.change.version < $1.change.version }) {
            guard self.told != nil, held.change.version == self.version + 1 else { continue }
            events.append(self.apply(held.kind, held.change))
            self.set(count: held.change.memberCount)
            self.isStale = self.isStale || self.isLarge
        }
        let isFull = self.held.count == Self.heldLimit
        let (version, isUnknown) = (self.version, self.told == nil)
        self.held.removeAll { isUnknown || $0.change.version <= version }
        if isFull || !self.held.isEmpty { self.miss() }
        return events
    }

    // MARK: Counts

    /// It is time to send the count, if necessary.
    package mutating func takeStale() -> (count: Int, version: Int)? {
        guard self.isStale else { return nil }
        self.isStale = false
        return (self.count, self.version)
    }

    /// The room's log was replaced, and its counts start again; the members still have the names that they were told.
    package mutating func reset() {
        let before = self
        self = Crowd(room: before.room, limit: before.limit)
        switch before.list {
        case .notNeeded, .needed: self.list = .notNeeded
        case .beingRead, .beingReadInVain: self.list = .beingRead
        }
        if before.version > 0 { self.miss() }
        guard case .names = before.knowledge else { return }
        self.knowledge = before.knowledge
        self.count = before.count
    }

    private mutating func set(count: Int) {
        self.count = count
        if count > self.limit {
            self.knowledge = .count
        } else if self.isLarge, count * 5 < self.limit * 4 {
            self.knowledge = .nothing
        }
        if self.isLarge { self.held = [] }
    }

    func countEvent(_ count: Int, _ version: Int) -> Event {
        .presence(room: self.room, memberCount: count, version: version)
    }

    func change(_ user: User, _ count: Int, _ version: Int) -> PresenceChange {
        PresenceChange(room: self.room, user: user, memberCount: count, version: version)
    }
}
