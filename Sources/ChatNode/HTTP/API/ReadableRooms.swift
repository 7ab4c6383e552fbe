import ChatCore

/// The part of the list of rooms that a token may read.
///
/// It passes over what lies between the beginnings of the token's patterns, and never tells a name that the token may not
/// read, not even as a cursor.
struct ReadableRooms {
    /// The most pages of the whole list that are looked through for one of this.
    static let maximumPages = 8
    /// The rooms of such a page, however few are asked for: small pages would not reach what is near.
    static let pageSize = 100
    /// The most characters that are tried for one that stands before another one in names.
    private static let maximumTries: UInt32 = 256

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
            let page = try await self.read(start.name, Self.pageSize)
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

    /// A name just before all that begin like this; nil: the beginning of the list.
    ///
    /// It is the last one of those that begin with the character before: so the rooms beside it are passed over, `a1` and
    /// `a2` before `b`. Nothing stands between a name and the same name with the least of all characters behind it.
    private static func before(_ beginning: String) -> RoomName? {
        guard let last = beginning.unicodeScalars.last else { return nil }
        let stem = String(beginning.unicodeScalars.dropLast())
        for value in (last.value - min(last.value, Self.maximumTries)..<last.value).reversed() {
            guard let scalar = Unicode.Scalar(value),
                let name = Self.last(beginningWith: stem + String(scalar)),
                // In normal form it may be another one.
                name.rawValue.utf8.lexicographicallyPrecedes(beginning.utf8)
            else { continue }
            return name
        }
        return try? RoomName(stem)
    }

    /// The last name that begins like this; nil when no name does.
    private static func last(beginningWith text: String) -> RoomName? {
        guard let first = try? RoomName(text) else { return nil }
        let scalar = String(Self.lastScalar)
        let count = min(
            RoomName.maximumScalars - first.rawValue.unicodeScalars.count,
            (RoomName.maximumBytes - first.rawValue.utf8.count) / scalar.utf8.count
        )
        return try? RoomName(first.rawValue + String(repeating: scalar, count: count))
    }

    /// The letter that stands behind all others.
    private static let lastScalar: Unicode.Scalar = {
        for value in (UInt32(0x30000)...0x3FFFF).reversed() {
            if let scalar = Unicode.Scalar(value), scalar.properties.generalCategory == .otherLetter { return scalar }
        }
        return "z"
    }()
}
