internal import ChatCore

/// The unread messages of each room, and where they begin: a machine without I/O.
///
/// A message is read when it is shown while its room is the current one. The mark of a room is after the last message
/// that had been read when the user came to the room, and stays there until the user comes again.
struct ReadMarks: Equatable, Sendable {
    /// Messages that came to a room while another one was current.
    struct Unread: Equatable, Sendable {
        var messages = 0
        /// Those of them that mention the user.
        var mentions = 0
    }

    /// The read position of each room; it is kept from one session to the next.
    private(set) var read: Positions
    private var marks: [RoomName: LogPosition]
    private var unread: [RoomName: Unread] = [:]
    /// The rooms in which the line before the unread messages was drawn.
    private var drawn: Set<RoomName> = []

    /// - Parameter read: The read positions of the rooms in earlier sessions.
    init(_ read: Positions = Positions()) {
        self.read = read
        self.marks = read.places
    }

    /// The unread messages of a room; nil when there are none.
    subscript(room: RoomName) -> Unread? { self.unread[room] }

    /// All unread messages in other rooms.
    func elsewhere(than room: RoomName) -> Unread {
        self.unread.filter { $0.key != room }.values.reduce(into: Unread()) {
            $0.messages += $1.messages
            $0.mentions += $1.mentions
        }
    }

    /// A message is shown.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - isCurrent: Whether its room is the current one.
    ///   - isMention: Whether it mentions the user.
    ///   - isOwn: Whether the user wrote it, on any device: a user who writes has read.
    /// - Returns: Whether a line is drawn before it, since messages from here on were not read in an earlier session.
    mutating func show(_ message: Message, isCurrent: Bool, isMention: Bool, isOwn: Bool) -> Bool {
        let (room, position) = (message.room, message.position)
        let begins = self.begins(room, position, isOwn: isOwn)
        if isCurrent {
            if let position { self.read[room] = position }
        } else if !isOwn {
            self.unread[room, default: Unread()].messages += 1
            if isMention { self.unread[room, default: Unread()].mentions += 1 }
        }
        return begins
    }

    private mutating func begins(_ room: RoomName, _ position: LogPosition?, isOwn: Bool) -> Bool {
        guard !self.drawn.contains(room), let mark = self.marks[room], let position, !isOwn else { return false }
        guard position.epoch != mark.epoch || position.isBehind(mark) else { return false }
        self.drawn.insert(room)
        // A new log has no place for the mark: all of it is unread.
        return position.epoch == mark.epoch
    }

    /// The past of a room has been shown: later messages are live, and need no line.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - head: The head of its log, if there was no past to show: all new messages are unread.
    mutating func live(_ room: RoomName, at head: LogPosition? = nil) {
        self.drawn.insert(room)
        if self.marks[room] == nil { self.marks[room] = head }
    }

    /// The user comes to a room.
    mutating func enter(_ room: RoomName) {
        if let read = self.read[room] { self.marks[room] = read }
        self.unread[room] = nil
        self.drawn.insert(room)
    }

    /// The message after which the unread ones of a room begin; nil when that is not known.
    func mark(_ room: RoomName) -> LogPosition? { self.marks[room] }

    /// The user has left a room, or could not join it.
    mutating func forget(_ room: RoomName) { self.unread[room] = nil }
}
