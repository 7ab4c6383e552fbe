internal import ChatClient
internal import ChatCore

/// How a session in a terminal looks and what it keeps.
struct JoinOptions: Sendable {
    var rooms: [RoomName]
    /// How many messages of the past come first.
    var history: Int
    var palette: Palette
    var showsTimestamps = true
    /// Whether it is told who joins and leaves.
    var showsNotices = true
    /// Whether others see that the user types.
    var sendsTyping = true
    /// Whether the terminal rings when somebody names the user.
    var rings = true
    /// Whether the terminal has a cursor that can be moved; else lines come and go as in any filter.
    var hasScreen = true
    var showsStatus = true
    var inputHistory: InputHistoryFile?
    /// Where it is kept how far each room was read.
    var readMarks: ReadMarkFile?
    /// What the outbox kept from an earlier session.
    var kept = OutboxContents()
    /// What is told at the beginning.
    var warnings: [String] = []
}
