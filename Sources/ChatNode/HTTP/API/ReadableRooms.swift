import ChatCore

/// The part of the list of rooms that a token may read.
///
/// It passes over what lies between the beginnings of the token's patterns, and never tells a name that the token may not
/// read, not even as a cursor.
struct ReadableRooms {
    /// The most pages of the whole list that are looked through for one of this.
    static let maximumPages = 8

    let grant: Grant
    /// Reads a page of the whole list.
    let read: (RoomName?, Int) async throws(BrokerError) -> RoomPage

    /// A page of rooms.
    ///
    /// - Parameters:
    ///   - cursor: The name after which it begins; nil: the first.
    ///   - limit: The most rooms of it.
    /// - Returns: The page; its cursor is the name of its last room.
    /// - Throws: ``BrokerError``, also when no room that may be read is near, in a long list.
    func page(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        var rooms: [RoomSummary] = []
        var next = cursor
        for _ in 0..<Self.maximumPages {
            guard let start = self.start(after: next) else { return RoomPage(rooms: rooms, cursor: nil) }
            let page = try await self.read(start.name, limit)
            for room in page.rooms {
                guard let shown = self.shown(room) else { continue }
                rooms.append(shown)
                if rooms.count == limit { return RoomPage(rooms: rooms, cursor: shown.room) }
            }
            guard let cursor = page.cursor else { return RoomPage(rooms: rooms, cursor: nil) }
            next = cursor
        }
        guard let last = rooms.last else {
            throw BrokerError(.overloaded, "there are too many rooms that your token does not allow")
        }
        return RoomPage(rooms: rooms, cursor: last.room)
    }

    /// What may be told of a room.
    private func shown(_ room: RoomSummary) -> RoomSummary? {
        let rights = self.grant.rights(in: room.room)
        guard !rights.isDisjoint(with: .read) else { return nil }
        var shown = room
        if !rights.contains(.presence) { shown.memberCount = 0 }
        if rights.isDisjoint(with: [.live, .history]) { (shown.seq, shown.lastTime) = (0, nil) }
        return shown
    }

    /// A place in the list.
    private struct Start {
        /// The name before it; nil: the beginning.
        var name: RoomName?
    }

    /// Where the next room may stand that some pattern matches; nil when there is none.
    private func start(after cursor: RoomName?) -> Start? {
        let beginnings = self.grant.rules.filter { !$0.rights.isDisjoint(with: .read) }.map(\.pattern.beginning)
        guard let cursor else {
            let first = beginnings.min { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return first.map { Start(name: Self.before($0)) }
        }
        let isUnderWay = beginnings.contains { cursor.rawValue.utf8.starts(with: $0.utf8) }
        guard !isUnderWay else { return Start(name: cursor) }
        let later = beginnings.filter { cursor.rawValue.utf8.lexicographicallyPrecedes($0.utf8) }
        guard let first = later.min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) else { return nil }
        return Start(name: max(Self.before(first) ?? cursor, cursor))
    }

    /// A name before all that begin like this: what is left without the last character.
    private static func before(_ beginning: String) -> RoomName? {
        try? RoomName(String(beginning.unicodeScalars.dropLast()))
    }
}
