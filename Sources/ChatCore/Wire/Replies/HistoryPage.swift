/// Messages of a room's past, as a client reads them.
public struct HistoryPage: Equatable, Sendable {
    /// The room.
    public var room: RoomName
    /// The log of the messages.
    public var epoch: Epoch
    /// The messages, oldest first.
    public var messages: [Message]
    /// Whether the log keeps older ones.
    public var hasOlder: Bool

    /// Puts a page together.
    public init(room: RoomName, epoch: Epoch, messages: [Message], hasOlder: Bool) {
        self.room = room
        self.epoch = epoch
        self.messages = messages
        self.hasOlder = hasOlder
    }
}
