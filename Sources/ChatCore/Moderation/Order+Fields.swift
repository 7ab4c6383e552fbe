extension Order {
    /// The verbs by which an order is given.
    package enum Verb: String, CaseIterable, Sendable {
        case ban, unban, mute, unmute, kick, clear, close, open, slow, words, revoke, unrevoke, reserve, unreserve
    }

    /// Reads an order.
    ///
    /// - Parameters:
    ///   - verb: What is to be done.
    ///   - fields: To whom, where and for how long.
    ///   - reason: Why.
    ///   - coversAddress: Whether a ban or a mute of a user also covers the user's addresses.
    ///   - now: The time, in milliseconds since the Unix epoch: tokens that were issued before it are revoked.
    /// - Throws: ``ProtocolError`` for a field that is missing or wrong.
    package init(
        _ verb: Verb,
        _ fields: RulingFields,
        reason: Reason = Reason(),
        coversAddress: Bool = false,
        now: Int
    ) throws(ProtocolError) {
        let act = try Self.act(verb, fields, now)
        self.init(act, reason: reason)
        guard case .put(let matter) = act else { return }
        // The seconds of slow mode are those between two messages.
        if case .slow = matter { return }
        if case .kick = matter { return }
        self.seconds = try fields.duration()
        switch matter {
        case .ban(.user, _), .mute(.user, _): self.coversAddress = coversAddress
        case .ban, .mute, .kick, .revocation, .closed, .slow, .words, .reserved: break
        }
    }

    private static func act(_ verb: Verb, _ fields: RulingFields, _ now: Int) throws(ProtocolError) -> Act {
        switch verb {
        case .ban: return .put(.ban(try fields.target(), room: try fields.optionalRoom()))
        case .unban: return .lift(.ban(try fields.target(), room: try fields.optionalRoom()))
        case .mute: return .put(.mute(try fields.target(), room: try fields.optionalRoom()))
        case .unmute: return .lift(.mute(try fields.target(), room: try fields.optionalRoom()))
        case .kick:
            return .put(.kick(try fields.requiredPerson(), room: try fields.requiredRoom()))
        case .clear: return .clear(try fields.requiredRoom())
        case .close: return .put(.closed(try fields.requiredRoom()))
        case .open: return .lift(.closed(try fields.requiredRoom()))
        case .slow:
            let room = try fields.requiredRoom()
            if fields.seconds == 0 { return .lift(.slow(room, seconds: 0)) }
            return .put(.slow(room, seconds: try fields.pause()))
        case .words:
            let (room, words) = (try fields.requiredRoom(), try fields.wordList())
            return words.isEmpty ? .lift(.words(room, [])) : .put(.words(room, words))
        case .revoke: return .put(.revocation(try fields.tokens(before: now)))
        case .unrevoke:
            var fields = fields
            fields.before = fields.before ?? (fields.user ?? fields.subject ?? fields.token == nil ? now : nil)
            return .lift(.revocation(try fields.tokens(before: now)))
        case .reserve: return .put(.reserved(try fields.requiredName(), for: try fields.requiredPerson()))
        // The name alone says which one is meant.
        case .unreserve: return .lift(.reserved(try fields.requiredName(), for: UserID("")))
        }
    }
}
