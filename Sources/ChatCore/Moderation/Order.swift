/// What a moderator asks for: over the wire, over HTTP, or in a terminal.
package struct Order: Equatable, Sendable {
    /// What is to be done.
    package enum Act: Equatable, Sendable {
        /// Let this hold.
        case put(Ruling.Matter)
        /// Let this hold no more.
        case lift(Ruling.Matter)
        /// Remove every message of a room.
        case clear(RoomName)
    }

    package var act: Act
    /// The seconds for which it holds; nil: until it is lifted.
    package var seconds: Int?
    /// Why.
    package var reason: Reason
    /// Whether a ban or a mute of a user also covers the user's addresses.
    package var coversAddress: Bool

    package init(_ act: Act, seconds: Int? = nil, reason: Reason = Reason(), coversAddress: Bool = false) {
        self.act = act
        self.seconds = seconds
        self.reason = reason
        self.coversAddress = coversAddress
    }

    /// The room that it is about; nil: the whole server.
    package var room: RoomName? {
        switch self.act {
        case .put(let matter), .lift(let matter): matter.room
        case .clear(let room): room
        }
    }

    /// The verb for it, as in commands and in the record of what moderators did.
    package var verb: String {
        switch self.act {
        case .clear: "clear"
        case .put(let matter):
            switch matter {
            case .ban: "ban"
            case .mute: "mute"
            case .kick: "kick"
            case .revocation: "revoke"
            case .closed: "close"
            case .slow: "slow"
            case .words: "words"
            case .reserved: "reserve"
            }
        case .lift(let matter):
            switch matter {
            case .ban: "unban"
            case .mute: "unmute"
            case .kick: "unkick"
            case .revocation: "unrevoke"
            case .closed: "open"
            case .slow: "slow"
            case .words: "words"
            case .reserved: "unreserve"
            }
        }
    }

    /// The ruling that it asks for; nil when it asks for none.
    package func ruling(issuedAt now: Int, by issuer: String) -> Ruling? {
        guard case .put(let matter) = self.act else { return nil }
        var end = self.seconds.map { now + 1000 * $0 }
        if case .kick = matter { end = now + Ruling.kickMilliseconds }
        return Ruling(
            matter,
            issuedAt: now,
            expiresAt: end,
            reason: self.reason.rawValue,
            issuer: issuer,
            coversAddress: self.coversAddress
        )
    }
}

/// A moderator's words about why: one line, at most 300 bytes, which may be empty.
package struct Reason: Hashable, Sendable {
    package static let maximumBytes = 300
    /// The most bytes that are read of one: cleaning can shorten it.
    static let maximumInput = 4 * Self.maximumBytes

    private let bytes: ByteString

    package var rawValue: String { self.bytes.rawValue }

    package init() { self.bytes = ByteString("") }

    /// Reads a reason: line breaks become blanks, other control characters and what would turn the direction of
    /// writing are left out.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command` when it is too long.
    package init(_ raw: String) throws(ProtocolError) {
        let limit = Self.maximumBytes
        guard raw.utf8.count <= Self.maximumInput else { throw .badCommand("reason has at most \(limit) bytes") }
        let text = Self.line(raw)
        guard text.utf8.count <= limit else { throw .badCommand("reason has at most \(limit) bytes") }
        self.bytes = ByteString(text)
    }

    /// A text as one line that is safe to show and to log.
    package static func line(_ raw: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in raw.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .lineSeparator, .paragraphSeparator: kept.append(" ")
            case .control: if ["\n", "\t", "\r"].contains(scalar) { kept.append(" ") }
            case .format: if scalar.value == 0x200C || scalar.value == 0x200D { kept.append(scalar) }
            default: kept.append(scalar)
            }
        }
        return String(kept).streamSafe.normalizedNFC.trimmingWhitespace
    }
}
