import ChatCore

/// What a token claims (docs/PROTOCOL.md, section 1), read and not compared with anything yet.
struct TokenClaims: Equatable {
    /// The most bytes of `sub` and `jti`.
    static let maximumText = 255

    var subject: String
    var issuer: String?
    var audience: [String] = []
    var expiry: Int
    var notBefore: Int?
    var issuedAt: Int?
    var tokenID: String?
    /// The name as it stands in the token.
    var name: String?
    var rules: [Grant.Rule] = []

    /// Reads claims.
    ///
    /// - Parameter json: Their bytes.
    /// - Throws: ``TokenRefusal/invalid(_:)`` with the claim that is missing or wrong.
    init(_ json: [UInt8]) throws(TokenRefusal) {
        let fields = try JSONFields(json, of: "claims")
        guard let subject = try Self.name("sub", in: fields) else { throw .invalid("sub is missing") }
        guard let expiry = try fields.time("exp") else { throw .invalid("exp is missing") }
        self.subject = subject
        self.expiry = expiry
        self.notBefore = try fields.time("nbf")
        self.issuedAt = try fields.time("iat")
        self.issuer = try Self.name("iss", in: fields, atMost: RulingFields.maximumIssuer)
        self.tokenID = try Self.name("jti", in: fields)
        self.name = try fields.text("name", atMost: TokenText.maximumBytes)
        self.audience = try Self.audience(fields)
        self.rules = try Self.rules(fields)
    }

    /// What moderators name somebody or something by: a token that they could not name could not be revoked.
    private static func name(
        _ claim: String,
        in fields: JSONFields,
        atMost limit: Int = maximumText
    ) throws(TokenRefusal) -> String? {
        guard let text = try fields.text(claim, atMost: limit) else { return nil }
        guard RulingFields.isClean(text) else { throw .invalid("\(claim) has no control characters") }
        return text
    }

    /// One receiver or several (RFC 7519, section 4.1.3).
    private static func audience(_ fields: JSONFields) throws(TokenRefusal) -> [String] {
        switch fields.value(of: "aud") {
        case nil: return []
        case .text(let text): return [text]
        case .list(let values):
            return try values.map { value throws(TokenRefusal) in
                guard case .text(let text) = value else { throw .invalid("aud is a string or a list of strings") }
                return text
            }
        case .number, .object, .truth, .null: throw .invalid("aud is a string or a list of strings")
        }
    }

    private static func rules(_ fields: JSONFields) throws(TokenRefusal) -> [Grant.Rule] {
        guard let value = fields.value(of: "rooms") else { return [] }
        guard case .object(let rooms) = value else { throw .invalid(Self.roomsForm) }
        guard rooms.names.count <= Grant.maximumRules else {
            throw .invalid("rooms has at most \(Grant.maximumRules) patterns")
        }
        var rules: [Grant.Rule] = []
        for (name, value) in zip(rooms.names, rooms.values) {
            guard let pattern = RoomPattern(name.rawValue) else {
                throw .invalid("a pattern in rooms has 1 to \(RoomPattern.maximumBytes) bytes")
            }
            guard case .list(let words) = value else { throw .invalid(Self.roomsForm) }
            var rights: RoomRights = []
            for word in words {
                guard case .text(let word) = word else { throw .invalid(Self.roomsForm) }
                rights.formUnion(RoomRights(word: ByteString(word)))
            }
            rules.append(Grant.Rule(pattern, rights))
        }
        return rules
    }

    private static let roomsForm = "rooms is an object with a list of words for each pattern"
}
