internal import ChatCore

/// Other users who are typing.
///
/// A notice lasts until its user stops, sends a message, or has been silent for long.
struct Typists: Equatable, Sendable {
    /// The time for which a notice lasts.
    static let lifetime: Duration = .seconds(6)
    /// The most users of a room that are remembered.
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

    /// A user sent a message, or left.
    mutating func spoke(_ user: UserID, in room: RoomName) { self.rooms[room]?.removeAll { $0.user.id == user } }

    /// The connection is gone, and so are its notices.
    mutating func forget() { self.rooms = [:] }

    /// The users that are typing in a room, the latest one at the end.
    func users(in room: RoomName, now: ContinuousClock.Instant) -> [User] {
        self.rooms[room, default: []].filter { $0.until > now }.map(\.user)
    }
}
