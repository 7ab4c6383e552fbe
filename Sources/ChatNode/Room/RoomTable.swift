import ChatCore

/// The rooms of a loop, by name.
final class RoomTable {
    private var rooms: [RoomName: LocalRoom] = [:]

    var count: Int { self.rooms.count }
    /// All of them, in no order.
    var all: some Collection<LocalRoom> { self.rooms.values }

    /// The room of a name; nil if nobody needs it.
    subscript(name: RoomName) -> LocalRoom? {
        get { self.rooms[name] }
        set { self.rooms[name] = newValue }
    }
}
