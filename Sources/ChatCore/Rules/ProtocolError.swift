/// The server's answer when it does not carry out a request (docs/PROTOCOL.md, section 6).
///
/// The code is for programs and never changes; the message is for people and names the limit that was broken.
public struct ProtocolError: Error, Hashable, Sendable {
    /// The code of the error.
    public var code: Code
    /// The description of the error, in English.
    public var message: String
    /// The milliseconds after which the same command may succeed, for the codes where it may.
    public var retryMilliseconds: Int?
    /// The limit that was broken, where one was.
    public var limit: Int?
    /// The time at which a moderator's ruling ends, in milliseconds since the Unix epoch, where one does.
    public var until: Int?
    /// The moderator's reason for a ruling, where there is one.
    public var reason: String?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The code of the error.
    ///   - message: The description of the error, in English.
    ///   - retryMilliseconds: After how many milliseconds the same command may succeed.
    ///   - limit: The limit that was broken.
    ///   - until: When a moderator's ruling ends, in milliseconds since the Unix epoch.
    ///   - reason: The moderator's reason; an empty one is none.
    public init(
        _ code: Code,
        _ message: String,
        retryMilliseconds: Int? = nil,
        limit: Int? = nil,
        until: Int? = nil,
        reason: String? = nil
    ) {
        self.code = code
        self.message = message
        self.retryMilliseconds = retryMilliseconds
        self.limit = limit
        self.until = until
        self.reason = reason?.isEmpty == true ? nil : reason
    }
}

extension ProtocolError {
    /// The stable name of an error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let bytes: ByteString

        /// The name on the wire.
        public var rawValue: String { self.bytes.rawValue }

        /// Takes a name from the wire; an unknown one is kept.
        public init(_ rawValue: String) { self.bytes = ByteString(rawValue) }

        /// The name itself.
        public var description: String { self.rawValue }

        /// The message was not one JSON object.
        public static let badJSON = Code("bad_json")
        /// The command lacks a field or has one that it must not have.
        public static let badCommand = Code("bad_command")
        /// There is no command of this type.
        public static let unknownType = Code("unknown_type")
        /// The room's name breaks the rule for names of rooms.
        public static let roomInvalid = Code("room_invalid")
        /// The user's name breaks the rule for names of users.
        public static let nameInvalid = Code("name_invalid")
        /// The name is reserved for another user.
        public static let nameReserved = Code("name_reserved")
        /// The text contains nothing visible.
        public static let textEmpty = Code("text_empty")
        /// The text has more bytes than the limit.
        public static let textTooLong = Code("text_too_long")
        /// The room must be joined first.
        public static let notJoined = Code("not_joined")
        /// The connection has reached its limit of rooms.
        public static let tooManyRooms = Code("too_many_rooms")
        /// Too much too fast; come back after `retry_ms`.
        public static let rateLimited = Code("rate_limited")
        /// A valid token is needed.
        public static let unauthorized = Code("unauthorized")
        /// The user may not do this.
        public static let forbidden = Code("forbidden")
        /// A moderator has banned the user, or the user's address.
        public static let banned = Code("banned")
        /// A moderator has removed the user, who may come back.
        public static let kicked = Code("kicked")
        /// A moderator has muted the user.
        public static let muted = Code("muted")
        /// A moderator has closed the room.
        public static let roomClosed = Code("room_closed")
        /// The text has a word that the room does not take.
        public static let textRefused = Code("text_refused")
        /// There is nothing like that.
        public static let notFound = Code("not_found")
        /// The server cannot do it now; the same command may succeed later.
        public static let unavailable = Code("unavailable")
        /// A fault in the server.
        public static let `internal` = Code("internal")

        /// Whether the same command may succeed when it is repeated later.
        public var isRetryable: Bool { self == .rateLimited || self == .unavailable || self == .internal }
    }
}

extension ProtocolError {
    package static func badJSON(_ detail: String) -> Self { .init(.badJSON, "not a JSON object: \(detail)") }
    package static func badCommand(_ message: String) -> Self { .init(.badCommand, message) }
    package static func roomInvalid(_ message: String) -> Self { .init(.roomInvalid, message) }
    package static func nameInvalid(_ message: String) -> Self { .init(.nameInvalid, message) }
    package static let textEmpty = Self(.textEmpty, "a message has a text that can be seen")

    package static func textTooLong(_ limit: Int) -> Self {
        .init(.textTooLong, "a text has at most \(limit) bytes", limit: limit)
    }

    package static func tooManyRooms(_ limit: Int) -> Self {
        .init(.tooManyRooms, "a connection is in at most \(limit) rooms", limit: limit)
    }

    /// Something came too fast.
    ///
    /// - Parameters:
    ///   - subject: Who does it, and the verb: `a user sends`.
    ///   - rate: The limit.
    ///   - things: What it is, in the plural.
    ///   - wait: The time after which the same may succeed.
    /// - Returns: Such as "a user sends at most 10 messages a second".
    package static func rateLimited(
        _ subject: String,
        _ rate: Limits.Rate,
        _ things: String,
        after wait: Duration
    ) -> Self {
        .init(
            .rateLimited,
            "\(subject) at most \(rate.words(things))",
            retryMilliseconds: wait.inMilliseconds,
            limit: rate.count
        )
    }

    package static func unavailable(_ message: String, retryMilliseconds: Int = 1000) -> Self {
        .init(.unavailable, message, retryMilliseconds: retryMilliseconds)
    }
}
