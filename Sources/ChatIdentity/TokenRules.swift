import ChatCore

/// What the operator asks of every token, beyond a good signature.
package struct TokenRules: Sendable, Equatable {
    /// How far the clocks of issuer and server may be apart where a token is not valid yet, in milliseconds.
    static let clockTolerance = 30_000

    /// The issuer that must have made it; nil: whoever has the key.
    package var issuer: String?
    /// The receivers of which it must name one; empty: any.
    package var audience: [String]

    package init(issuer: String? = nil, audience: [String] = []) {
        self.issuer = issuer
        self.audience = audience
    }

    /// Takes a token.
    ///
    /// - Parameters:
    ///   - text: The token.
    ///   - keys: The keys of which one must have signed it.
    ///   - now: The time, in milliseconds since the Unix epoch.
    /// - Returns: What it grants.
    /// - Throws: ``TokenRefusal``.
    func grant(_ text: TokenText, keys: [TokenKey], now: Int) throws(TokenRefusal) -> Grant {
        guard
            keys.contains(where: { $0.algorithm == text.header.algorithm && $0.hasSigned(text.signed, text.signature) })
        else { throw .invalid("the signature of the token is not good") }
        return try self.grant(try TokenClaims(text.claims), now: now)
    }

    /// Takes claims whose signature is good.
    ///
    /// - Parameters:
    ///   - claims: The claims.
    ///   - now: The time, in milliseconds since the Unix epoch.
    /// - Returns: What they grant.
    /// - Throws: ``TokenRefusal``; ``TokenRefusal/expired`` only when nothing else is wrong.
    func grant(_ claims: TokenClaims, now: Int) throws(TokenRefusal) -> Grant {
        if let issuer {
            guard let claimed = claims.issuer, ByteString(claimed) == ByteString(issuer) else {
                throw .invalid("iss is not the issuer that is trusted here")
            }
        }
        if !self.audience.isEmpty {
            let mine = Set(self.audience.map { ByteString($0) })
            guard claims.audience.contains(where: { mine.contains(ByteString($0)) }) else {
                throw .invalid("aud does not name this server")
            }
        }
        for time in [claims.notBefore, claims.issuedAt] {
            guard (time ?? 0) <= now + Self.clockTolerance else { throw .invalid("the token is not valid yet") }
        }
        guard now < claims.expiry else { throw .expired }
        let subject = TokenSubject(issuer: claims.issuer ?? "", subject: claims.subject)
        return Grant(
            subject: subject,
            name: claims.name.map { .inToken($0, of: UserID(of: subject)) },
            expiry: claims.expiry,
            notBefore: claims.notBefore,
            issuedAt: claims.issuedAt,
            tokenID: claims.tokenID.map { ByteString($0) },
            rules: claims.rules
        )
    }
}

extension UserName {
    /// The name of a token's user: cut where it is too long, and that of a guest where it cannot be a name at all.
    ///
    /// Who makes tokens may allow names that this protocol does not. The person is let in all the same, and still
    /// cannot choose a name.
    fileprivate static func inToken(_ raw: String, of id: UserID) -> UserName {
        if let name = try? UserName(raw) { return name }
        // Of what is cut, no more than a name can have is looked at, however long it is.
        let beginning = String(raw.unicodeScalars.prefix(UserName.maximumInput / 4))
        var cut = String(beginning.prefix(UserName.maximumCharacters))
        while !cut.isEmpty {
            if let name = try? UserName(cut) { return name }
            cut.removeLast()
        }
        return .guest(id)
    }
}
