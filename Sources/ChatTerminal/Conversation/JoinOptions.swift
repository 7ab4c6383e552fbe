package import ChatClient
package import ChatCore

/// The appearance of a session in a terminal, and the things that it keeps.
package struct JoinOptions: Sendable {
    package var rooms: [RoomName]
    /// The number of past messages that come first.
    package var history: Int
    package var palette: Palette
    package var showsTimestamps = true
    /// Whether joins and leaves are shown.
    package var showsNotices = true
    /// Whether others see that the user is typing.
    package var sendsTyping = true
    /// Whether the terminal rings when somebody mentions the user.
    package var rings = true
    /// Whether the terminal has a movable cursor; otherwise lines are read and printed as by any filter.
    package var hasScreen = true
    package var showsStatus = true
    package var inputHistory: InputHistoryFile?
    /// The file with the read position of each room.
    package var readMarks: ReadMarkFile?
    /// The messages that the outbox kept from an earlier session.
    package var kept = OutboxContents()
    /// Lines that are shown first.
    package var warnings: [String] = []

    package init(
        rooms: [RoomName],
        history: Int,
        palette: Palette,
        showsTimestamps: Bool = true,
        showsNotices: Bool = true,
        sendsTyping: Bool = true,
        rings: Bool = true,
        hasScreen: Bool = true,
        showsStatus: Bool = true,
        inputHistory: InputHistoryFile? = nil,
        readMarks: ReadMarkFile? = nil,
        kept: OutboxContents = OutboxContents(),
        warnings: [String] = []
    ) {
        self.rooms = rooms
        self.history = history
        self.palette = palette
        self.showsTimestamps = showsTimestamps
        self.showsNotices = showsNotices
        self.sendsTyping = sendsTyping
        self.rings = rings
        self.hasScreen = hasScreen
        self.showsStatus = showsStatus
        self.inputHistory = inputHistory
        self.readMarks = readMarks
        self.kept = kept
        self.warnings = warnings
    }
}
