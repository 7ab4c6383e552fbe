/// A moderator's decision, which holds until it is lifted or its time is over (docs/PROTOCOL.md, section 2).
///
/// Its id follows from what it is about: a second ban of the same user in the same room takes the place of the first.
package struct Ruling: Hashable, Sendable {
    /// What it is about.
    package enum Matter: Hashable, Sendable {
        /// May not be in the room, or, without a room, on the server.
        case ban(Target, room: RoomName?)
        /// May not say anything in the room, or, without a room, anywhere.
        case mute(Target, room: RoomName?)
        /// Must leave the room now, and may come back.
        case kick(UserID, room: RoomName)
        /// Tokens that are not valid any more, whatever they say.
        case revocation(Tokens)
        /// Nobody may be in the room.
        case closed(RoomName)
        /// Each member says one thing in this many seconds.
        case slow(RoomName, seconds: Int)
        /// Texts with one of these words are refused.
        case words(RoomName, [String])
        /// Nobody but this user is shown by the name, or by one that looks like it.
        case reserved(UserName, for: UserID)
    }

    /// Those who are meant.
    package enum Target: Hashable, Sendable {
        /// Somebody, as an account: the id of a token's user follows from its issuer and its `sub`.
        case user(UserID)
        /// Everybody at these addresses.
        case network(Network)
    }

    /// Tokens that are meant.
    package enum Tokens: Hashable, Sendable {
        /// The one with this `jti`.
        case token(ByteString)
        /// Those of a user that were issued before this time, in milliseconds since the Unix epoch.
        case user(UserID, before: Int)
        /// All that were issued before this time, in milliseconds since the Unix epoch.
        case all(before: Int)
    }

    /// The time for which a node that was cut off still carries out a kick when it hears of it.
    package static let kickMilliseconds = 60_000

    package let id: RulingID
    package let matter: Matter
    /// When it was made, in milliseconds since the Unix epoch.
    package var issuedAt: Int
    /// From when on it does not hold, in milliseconds since the Unix epoch; nil: it holds until it is lifted.
    package var expiresAt: Int?
    /// Why, for the person concerned and for other moderators.
    package var reason: String
    /// Who made it.
    package var issuer: String
    /// Whether nodes extend it to the addresses from which the user is connected.
    package var coversAddress: Bool
    /// The ruling about a user from which it followed, and with which it is lifted; nil for most.
    package var source: RulingID?

    package init(
        _ matter: Matter,
        issuedAt: Int,
        expiresAt: Int? = nil,
        reason: String = "",
        issuer: String = "",
        coversAddress: Bool = false,
        source: RulingID? = nil
    ) {
        self.id = RulingID(of: matter)
        self.matter = matter
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.reason = reason
        self.issuer = issuer
        self.coversAddress = coversAddress
        self.source = source
    }

    /// Whether it holds at a time.
    package func holds(at now: Int) -> Bool { self.expiresAt.map { now < $0 } ?? true }

    /// The milliseconds until it ends; nil: it does not end by itself.
    package func remaining(at now: Int) -> Int? { self.expiresAt.map { max(1, $0 - now) } }

    /// The ruling that takes the place of an earlier one with the same id.
    ///
    /// Of tokens that were revoked by the time when they were issued, none becomes valid again: the later time counts, and
    /// the later end.
    ///
    /// - Parameter earlier: The earlier one; nil when there is none.
    /// - Returns: The ruling.
    package func including(_ earlier: Ruling?) -> Ruling {
        guard let earlier, earlier.id == self.id, earlier.holds(at: self.issuedAt) else { return self }
        let matter: Matter
        switch (self.matter, earlier.matter) {
        case (.revocation(.user(let user, let time)), .revocation(.user(_, let other))):
            matter = .revocation(.user(user, before: max(time, other)))
        case (.revocation(.all(let time)), .revocation(.all(let other))):
            matter = .revocation(.all(before: max(time, other)))
        default: return self
        }
        var end: Int?
        if let mine = self.expiresAt, let others = earlier.expiresAt { end = max(mine, others) }
        return Ruling(matter, issuedAt: self.issuedAt, expiresAt: end, reason: self.reason, issuer: self.issuer)
    }

    /// The ruling about an address from which a banned or muted user is connected; nil where it covers none.
    package func extended(to network: Network) -> Ruling? {
        guard self.coversAddress else { return nil }
        let matter: Matter
        switch self.matter {
        case .ban(.user, let room): matter = .ban(.network(network), room: room)
        case .mute(.user, let room): matter = .mute(.network(network), room: room)
        case .ban, .mute, .kick, .revocation, .closed, .slow, .words, .reserved: return nil
        }
        return Ruling(
            matter,
            issuedAt: self.issuedAt,
            expiresAt: self.expiresAt,
            reason: self.reason,
            issuer: self.issuer,
            source: self.id
        )
    }
}

extension Ruling.Matter {
    /// Whether it is done at once and does not last.
    package var isMomentary: Bool {
        switch self {
        case .kick: true
        case .ban, .mute, .revocation, .closed, .slow, .words, .reserved: false
        }
    }

    /// The room in which it holds; nil: on the whole server.
    package var room: RoomName? {
        switch self {
        case .ban(_, let room), .mute(_, let room): room
        case .kick(_, let room), .closed(let room), .slow(let room, _), .words(let room, _): room
        case .revocation, .reserved: nil
        }
    }

    /// Those who are meant; nil when it is about a room or about tokens.
    package var target: Ruling.Target? {
        switch self {
        case .ban(let target, _), .mute(let target, _): target
        case .kick(let user, _), .reserved(_, for: let user): .user(user)
        case .revocation, .closed, .slow, .words: nil
        }
    }
}
