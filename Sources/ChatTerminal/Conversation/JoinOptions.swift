package import ChatClient
package import ChatCore

/// How a session in a terminal looks and what it keeps.
package struct JoinOptions: Sendable {
    package var rooms: [RoomName]
    /// How many messages of the past come first.
    package var history: Int
    package var palette: Palette
    package var showsTimestamps = true
    /// Whether it is told who joins and leaves.
    package var showsNotices = true
    /// Whether others see that the user types.
    package var sendsTyping = true
    /// Whether the terminal rings when somebody names the user.
    package var rings = true
    /// Whether the terminal has a cursor that can be moved; else lines come and go as in any filter.
    package var hasScreen = true
    package var showsStatus = true
    package var inputHistory: InputHistoryFile?
    /// The file that keeps how far each room was read.
    package var readMarks: ReadMarkFile?
    /// What the outbox kept from an earlier session.
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
