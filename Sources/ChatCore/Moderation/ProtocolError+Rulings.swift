extension ProtocolError {
    /// A message is not in the log, or not any more.
    package static func noSuchMessage(_ seq: Int, in room: RoomName) -> Self {
        .init(.notFound, "the log of \(room) has no message \(seq)")
    }

    /// The error for somebody who is banned.
    package static func banned(_ ruling: Ruling, now: Int) -> Self {
        .init(.banned, Self.sentence("you are banned from this \(Self.place(ruling))", ruling), ruling, now)
    }

    /// The error for somebody who is muted.
    package static func muted(_ ruling: Ruling, now: Int) -> Self {
        .init(.muted, Self.sentence("you are muted in this \(Self.place(ruling))", ruling), ruling, now)
    }

    /// What somebody is told who is removed from a room and may come back.
    package static func kicked(_ ruling: Ruling) -> Self {
        .init(.kicked, Self.sentence("you were removed from this room", ruling), reason: ruling.reason)
    }

    /// The error for what is asked of a room that is closed.
    package static func roomClosed(_ ruling: Ruling) -> Self {
        .init(.roomClosed, Self.sentence("this room is closed", ruling), until: ruling.expiresAt, reason: ruling.reason)
    }

    /// The error for a name that is another user's.
    package static let nameReserved = Self(.nameReserved, "this name, or one that looks like it, is another user's")

    /// The error for a text with a word that the room does not want.
    package static let textRefused = Self(.textRefused, "this room does not take a text with one of these words")

    /// The error for somebody who says too much in a room with slow mode.
    package static func tooQuick(_ seconds: Int, retryMilliseconds: Int) -> Self {
        .init(
            .rateLimited,
            "in this room everybody says one thing in \(seconds) seconds",
            retryMilliseconds: retryMilliseconds,
            limit: seconds
        )
    }

    private init(_ code: Code, _ message: String, _ ruling: Ruling, _ now: Int) {
        self.init(
            code,
            message,
            retryMilliseconds: ruling.remaining(at: now),
            until: ruling.expiresAt,
            reason: ruling.reason
        )
    }

    private static func place(_ ruling: Ruling) -> String { ruling.matter.room == nil ? "server" : "room" }

    private static func sentence(_ fact: String, _ ruling: Ruling) -> String {
        ruling.reason.isEmpty ? fact : "\(fact): \(ruling.reason)"
    }
}
