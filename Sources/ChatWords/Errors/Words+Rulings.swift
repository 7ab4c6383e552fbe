internal import ChatClient
package import ChatCore
internal import ChatSystem

// What a moderator or the end of a token did to the user, with times in the clock of the user.

extension Words {
    /// The reason why the user is in a room no longer.
    package static func of(_ removal: Removal, in language: Language = .current) -> String {
        self.of(
            ProtocolError(removal.code, removal.message, until: removal.until, reason: removal.reason),
            in: language
        )
    }

    /// The words for a refusal that a moderator, slow mode or a token causes; nil for any other.
    static func ruling(_ error: ProtocolError, in language: Language) -> String? {
        let wait = error.retryMilliseconds
        if error.code == .rateLimited {
            guard let wait, wait >= 3000 else { return nil }
            // A room's slow mode, say: what the limit is, and when it goes on.
            let limit = self.of(ProtocolError(error.code, error.message), in: language)
            let seconds = "\((wait + 999) / 1000)"
            return Sentence("{limit}; again in {seconds} s", ["limit": limit, "seconds": seconds]).text(in: language)
        }
        let until = (error.until ?? wait.map { WallClock.now() + $0 }).map { self.time($0) }
        guard let words = self.ruling(error.code, until: until)?.text(in: language) else { return nil }
        // What a person wrote is shown as it is.
        return error.reason.map { "\(words): \($0.sanitizedLine)" } ?? words
    }

    private static func ruling(_ code: ProtocolError.Code, until: String?) -> Sentence? {
        let values: KeyValuePairs = ["time": until ?? ""]
        switch code {
        case .muted: return Sentence(until == nil ? "you are muted" : "you are muted until {time}", values)
        case .kicked: return Sentence("a moderator removed you")
        case .banned: return Sentence(until == nil ? "you are banned" : "you are banned until {time}", values)
        case .roomClosed: return Sentence("the room is closed")
        case .textRefused: return Sentence("the text has a word that is not allowed here")
        default: return nil
        }
    }

    /// The end of a connection because of a token or a moderator; nil for any other.
    static func ruling(_ disconnect: Disconnect) -> Sentence? {
        switch disconnect.code {
        case Disconnect.tokenExpired.code: Sentence("the token has expired; a fresh one is needed")
        case Disconnect.unauthorized.code: Sentence("the server does not accept this token")
        case Disconnect.helloMissing.code:
            Sentence("the server demands a token: CHAT_TOKEN, --token-file or --token-command")
        case Disconnect.removed.code: Sentence("a moderator removed you from the server")
        default: nil
        }
    }

    /// The time of the clock, with the day unless it is today.
    private static func time(_ milliseconds: Int) -> String {
        let time = LocalTime(milliseconds: milliseconds)
        return time.day == LocalTime(milliseconds: WallClock.now()).day ? time.clock : "\(time.day) \(time.clock)"
    }
}
