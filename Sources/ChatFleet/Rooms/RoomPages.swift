internal import ChatCore

/// Merges pages of rooms from several servers into one page, by name.
struct RoomPages {
    private let limit: Int
    private var rooms: [RoomSummary] = []
    /// The name up to which all pages are complete; nil when all of them end.
    private var horizon: RoomName?

    /// Begins a page with so many rooms at most.
    init(limit: Int) { self.limit = limit }

    /// Adds the page of one server.
    ///
    /// - Parameters:
    ///   - page: The page; all pages follow the same name.
    ///   - belongs: Whether the server has a room: a room that has moved leaves traces behind.
    mutating func add(_ page: RoomPage, _ belongs: (RoomName) -> Bool) {
        self.rooms += page.rooms.filter { belongs($0.room) }
        guard let cursor = page.cursor else { return }
        self.horizon = self.horizon.map { min($0, cursor) } ?? cursor
    }

    /// The page of all of them; rooms past the end of a server's page come with the next one.
    var merged: RoomPage {
        var rooms = self.rooms.sorted { $0.room < $1.room }
        if let horizon { rooms.removeAll { horizon < $0.room } }
        guard rooms.count > self.limit else { return RoomPage(rooms: rooms, cursor: self.horizon) }
        rooms.removeLast(rooms.count - self.limit)
        return RoomPage(rooms: rooms, cursor: rooms.last?.room)
    }
}
