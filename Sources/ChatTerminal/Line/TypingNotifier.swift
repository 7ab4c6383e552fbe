internal import ChatCore

/// Decides when others are told that the user is typing: a machine without a clock.
///
/// At most every 3 s while text is written, and once when it is given up (docs/PROTOCOL.md, section 3).
struct TypingNotifier: Equatable, Sendable {
    static let interval: Duration = .seconds(3)

    private var told: (room: RoomName, at: ContinuousClock.Instant)?

    static func == (one: Self, two: Self) -> Bool { one.told?.room == two.told?.room && one.told?.at == two.told?.at }

    /// The event for others.
    enum OnEdit: Equatable, Sendable {
        case nothing
        case active(RoomName)
        case inactive(RoomName)
        /// The user went from one room to another in the middle of a line.
        case moved(from: RoomName, to: RoomName)
    }

    /// The line was edited.
    mutating func edited(_ line: String, in room: RoomName, now: ContinuousClock.Instant) -> OnEdit {
        // Commands are not shown to others.
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
