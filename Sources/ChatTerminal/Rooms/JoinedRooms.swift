internal import ChatClient
internal import ChatCore

/// The rooms that the user is in, with members, last messages and unread messages: a machine without I/O.
struct JoinedRooms: Sendable {
    /// The state of a room.
    private struct Room: Sendable {
        /// The names of the members; nil until the room was joined.
        var members: [UserID: String]?
        /// The number of members, which may be more than the names in a large room; nil until the server has sent it.
        var count: Int?
        /// The number of past messages that are still to come; they ring no bell.
        ///
        /// Nil until the room was joined.
        var replay: Int?
        /// The last messages, which can be answered.
        var recent: [Message] = []
        /// Members and those who spoke last, by what their names look like; nil: to be gathered when it is needed.
        var namesakes: Namesakes?
    }

    /// The most names that are compared before those of people who are gone are forgotten.
    private static let mostNames = 1000

    /// The rooms, in the order in which the user came to them.
    private(set) var names: [RoomName] = []
    /// The room in which the user talks.
    private(set) var current: RoomName
    /// The read position of each room, and its unread messages.
    private(set) var marks: ReadMarks
    private var rooms: [RoomName: Room] = [:]

    /// - Parameters:
    ///   - current: The room in which the user will talk first; it is not entered by that.
    ///   - read: The read positions of the rooms in earlier sessions.
    init(current: RoomName, read: Positions = Positions()) {
        self.current = current
        self.marks = ReadMarks(read)
    }

    func contains(_ room: RoomName) -> Bool { self.names.contains(room) }

    /// The names of the known members of a room.
    func members(of room: RoomName) -> [UserID: String] { self.rooms[room]?.members ?? [:] }

    /// The number of members of a room; nil when it is not known.
    func count(in room: RoomName) -> Int? { self.rooms[room]?.count }

    /// The last messages of a room, oldest first.
    func recent(in room: RoomName) -> [Message] { self.rooms[room]?.recent ?? [] }

    /// All users of the rooms whose name somebody wrote, perhaps with a mark.
    func ids(named name: String) -> Set<UserID> {
        Set(self.names.flatMap { self.users(named: name, in: $0).map(\.id) })
    }

    /// The users of a room, members and who spoke last, whose name somebody wrote.
    ///
    /// Those with exactly this name, in upper or lower case; otherwise those whose name with the mark looks like it.
    func users(named name: String, in room: RoomName) -> [(id: UserID, name: String)] {
        let speakers = self.recent(in: room).map { ($0.sender.id, $0.sender.name.rawValue) }
        let known = self.members(of: room).merging(speakers) { member, _ in member }
        let exact = known.filter { $0.value.lowercased() == name.lowercased() }
        let found = exact.isEmpty ? known.filter { Namesakes.names(name, $0.value, $0.key) } : exact
        return found.map { ($0.key, $0.value) }.sorted { $0.id.rawValue < $1.id.rawValue }
    }

    /// The name of a user for display in a room, with a mark where others have one that looks like it.
    mutating func label(_ user: User, in room: RoomName) -> String { self.label(user.name.rawValue, user.id, in: room) }

    /// A name of a user for display in a room.
    mutating func label(_ name: String, _ id: UserID, in room: RoomName) -> String {
        let namesakes = self.rooms[room]?.namesakes ?? self.namesakes(in: room)
        self.rooms[room]?.namesakes = namesakes
        return namesakes.label(name, id)
    }

    /// The names of the known members of a room, for display.
    mutating func labels(in room: RoomName) -> [String] {
        self.members(of: room).map { self.label($0.value, $0.key, in: room) }
    }

    private func namesakes(in room: RoomName) -> Namesakes {
        var namesakes = Namesakes(self.members(of: room).lazy.map { ($0.key, $0.value) })
        for message in self.recent(in: room) { namesakes.insert(message.sender.id, message.sender.name.rawValue) }
        return namesakes
    }
}

// MARK: - Actions of the user

extension JoinedRooms {
    /// The user wants to be in a room.
    mutating func add(_ room: RoomName) { if !self.names.contains(room) { self.names.append(room) } }

    /// The room becomes the current one.
    mutating func enter(_ room: RoomName) {
        self.current = room
        self.marks.enter(room)
    }

    /// The user has left a room, or may not enter it; from the current room they go to the first one.
    mutating func remove(_ room: RoomName) {
        self.names.removeAll { $0 == room }
        self.rooms[room] = nil
        self.marks.forget(room)
        if room == self.current, let first = self.names.first { self.enter(first) }
    }
}

// MARK: - Messages of the server

extension JoinedRooms {
    /// A room was joined.
    ///
    /// - Returns: Whether it was the first join, and not one after a reconnect.
    mutating func joined(_ room: JoinedRoom) -> Bool {
        let isFirst = self.rooms[room.room]?.members == nil
        self.listed(room.members, in: room.room)
        guard isFirst else { return false }
        self.rooms[room.room]?.replay = room.replay
        if room.replay == 0 { self.marks.live(room.room, at: room.head) }
        return true
    }

    /// The server listed the members of a room.
    mutating func listed(_ page: MemberPage, in room: RoomName) {
        self.rooms[room, default: Room()].members =
            Dictionary(page.members.map { ($0.id, $0.name.rawValue) }, uniquingKeysWith: { $1 })
        self.rooms[room]?.count = page.count
        self.rooms[room]?.namesakes = nil
    }

    /// Only the number of members came.
    mutating func counted(_ count: Int, in room: RoomName) { self.rooms[room, default: Room()].count = count }

    /// A user came, left or has another name.
    ///
    /// - Parameters:
    ///   - change: The user and the room.
    ///   - name: The new name; nil: the user left.
    mutating func changed(_ change: PresenceChange, name: String?) {
        let isNew = self.rooms[change.room]?.members?[change.user.id] == nil
        self.rooms[change.room]?.members?[change.user.id] = name
        if let name, isNew {
            self.rooms[change.room]?.namesakes?.insert(change.user.id, name)
        } else {
            self.rooms[change.room]?.namesakes = nil
        }
        if change.memberCount > 0 { self.rooms[change.room, default: Room()].count = change.memberCount }
    }

    /// A message came, perhaps one that is not shown.
    ///
    /// What a deletion deletes is forgotten here, whoever did it: nobody may quote it by accident.
    ///
    /// - Returns: Whether it belongs to the past that a join requested.
    mutating func arrived(_ message: Message) -> Bool {
        if message.kind == .deletion {
            self.rooms[message.room]?.recent.removeAll { $0.position?.seq == message.of }
        }
        guard let left = self.rooms[message.room]?.replay, left > 0 else { return false }
        self.rooms[message.room]?.replay = left - 1
        return true
    }

    /// The log of a room began again: its messages can be read no more, and are not quoted either.
    mutating func reset(_ room: RoomName) {
        self.rooms[room]?.recent = []
        self.rooms[room]?.namesakes = nil
    }

    /// A message that came is shown.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - isMention: Whether it mentions the user.
    ///   - isOwn: Whether the user wrote it.
    /// - Returns: Whether a line is drawn before it, since messages from here on were not read in an earlier session.
    mutating func show(_ message: Message, isMention: Bool, isOwn: Bool) -> Bool {
        let room = message.room
        let begins = self.marks.show(message, isCurrent: room == self.current, isMention: isMention, isOwn: isOwn)
        if self.rooms[room]?.replay == 0 { self.marks.live(room) }
        // A deletion is nothing that can be answered.
        guard message.kind != .deletion else { return begins }
        self.rooms[room, default: Room()].recent.append(message)
        self.rooms[room]?.namesakes?.insert(message.sender.id, message.sender.name.rawValue)
        if (self.rooms[room]?.namesakes?.count ?? 0) > Self.mostNames { self.rooms[room]?.namesakes = nil }
        if self.recent(in: room).count > Answer.remembered { self.rooms[room]?.recent.removeFirst() }
        return begins
    }
}
