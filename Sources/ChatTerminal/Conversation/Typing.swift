internal import ChatCore
internal import ChatWords

/// Decides when others are told that the user types: a machine without a clock.
///
/// At most every 3 s while text is written, and once when it is given up (docs/PROTOCOL.md, section 3).
struct TypingNotifier: Equatable, Sendable {
    static let interval: Duration = .seconds(3)

    private var told: (room: RoomName, at: ContinuousClock.Instant)?

    static func == (one: Self, two: Self) -> Bool { one.told?.room == two.told?.room && one.told?.at == two.told?.at }

    /// What is told.
    enum OnEdit: Equatable, Sendable {
        case nothing
        case active(RoomName)
        case inactive(RoomName)
        /// The user went from one room to another in the middle of a line.
        case moved(from: RoomName, to: RoomName)
    }

    /// The line was edited.
    mutating func edited(_ line: String, in room: RoomName, now: ContinuousClock.Instant) -> OnEdit {
        // A command is nobody's business.
        let isTalk = !line.allSatisfy(\.isWhitespace) && (!line.hasPrefix("/") || line.hasPrefix("//"))
        guard isTalk else {
            defer { self.told = nil }
            return self.told.map { .inactive($0.room) } ?? .nothing
        }
        if let told, told.room == room, now - told.at < Self.interval { return .nothing }
        defer { self.told = (room, now) }
        if let told, told.room != room { return .moved(from: told.room, to: room) }
        return .active(room)
    }

    /// The line was sent: the message itself says that the typing is over.
    mutating func sent() { self.told = nil }
}

/// Who else types: what was heard, until it is taken back, said, or too old.
struct Typists: Equatable, Sendable {
    /// How long a notice holds.
    static let lifetime: Duration = .seconds(6)
    /// How many are remembered in a room.
    static let capacity = 50

    private struct Typist: Equatable {
        var user: User
        var until: ContinuousClock.Instant
    }

    private var rooms: [RoomName: [Typist]] = [:]

    /// A notice came.
    mutating func heard(_ user: User, in room: RoomName, active: Bool, now: ContinuousClock.Instant) {
        self.rooms[room]?.removeAll { $0.user.id == user.id || $0.until <= now }
        guard active, self.rooms[room, default: []].count < Self.capacity else { return }
        self.rooms[room, default: []].append(Typist(user: user, until: now + Self.lifetime))
    }

    /// A user said something, or left.
    mutating func spoke(_ user: UserID, in room: RoomName) { self.rooms[room]?.removeAll { $0.user.id == user } }

    /// The connection is gone, and what was heard on it.
    mutating func forget() { self.rooms = [:] }

    /// Who types in a room, the one who began last at the end.
    func names(in room: RoomName, now: ContinuousClock.Instant) -> [String] {
        self.rooms[room, default: []].filter { $0.until > now }.map { $0.user.name.rawValue.sanitizedLine }
    }
}
