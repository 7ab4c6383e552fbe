/// What a valid token says: who somebody is, for how long, and what they may do where.
///
/// Times are milliseconds since the Unix epoch.
package struct Grant: Hashable, Sendable {
    /// The most rules of a token.
    package static let maximumRules = 64

    /// The rights in the rooms of a pattern.
    package struct Rule: Hashable, Sendable {
        package var pattern: RoomPattern
        package var rights: RoomRights

        package init(_ pattern: RoomPattern, _ rights: RoomRights) {
            self.pattern = pattern
            self.rights = rights
        }
    }

    /// The user, whose id follows from ``subject``.
    package let user: UserID
    /// The digest of issuer and `sub`.
    package let subject: TokenSubject
    /// The name in the token, which its user cannot change; nil when the user chooses one.
    package var name: UserName?
    /// The time from which it is not valid any more.
    package var expiry: Int
    /// The time before which it is not valid.
    package var notBefore: Int?
    /// The time when it was made (`iat`).
    package var issuedAt: Int?
    /// Its own name among all tokens (`jti`).
    package var tokenID: ByteString?
    /// What it allows; nothing else is allowed.
    package var rules: [Rule]

    /// Puts a grant together.
    package init(
        subject: TokenSubject,
        name: UserName? = nil,
        expiry: Int,
        notBefore: Int? = nil,
        issuedAt: Int? = nil,
        tokenID: ByteString? = nil,
        rules: [Rule] = []
    ) {
        self.user = UserID(of: subject)
        self.subject = subject
        self.name = name
        self.expiry = expiry
        self.notBefore = notBefore
        self.issuedAt = issuedAt
        self.tokenID = tokenID
        self.rules = rules
    }

    /// What it allows in a room: the rights of all patterns that match, together.
    package func rights(in room: RoomName) -> RoomRights {
        self.rules.reduce(into: []) { rights, rule in
            if !rights.isSuperset(of: rule.rights), rule.pattern.matches(room) { rights.formUnion(rule.rights) }
        }
    }

    /// What it allows in every room, whatever its name.
    package var rightsEverywhere: RoomRights {
        self.rules.reduce(into: []) { if $1.pattern.isForAll { $0.formUnion($1.rights) } }
    }
}
