internal import Crypto

/// Somebody for whom tokens are made: a digest of their issuer and their `sub`.
///
/// A `sub` is often an e-mail address, so nobody but the node that reads the token sees it. The digest stands for it
/// wherever it is kept or compared: in rulings, in the broker, in the log of what moderators did.
package struct TokenSubject: Hashable, Sendable, CustomStringConvertible {
    private let digits: ByteString

    /// The SHA-256 of issuer and `sub`, in hexadecimal.
    package var rawValue: String { self.digits.rawValue }

    /// The digest itself.
    package var description: String { self.rawValue }

    /// Makes the digest.
    ///
    /// - Parameters:
    ///   - issuer: The token's `iss`; empty when it has none.
    ///   - subject: The token's `sub`.
    package init(issuer: String, subject: String) {
        // With its length before it, no issuer can end where another one's `sub` begins. No secret of a session has a
        // blank: the broker keeps both under such digests.
        let text = "\(issuer.utf8.count) \(issuer)\(subject)"
        let digest = SHA256.hash(data: Array(text.utf8))
        self.digits = ByteString(Hexadecimal.text(of: digest, count: SHA256.byteCount))
    }

    /// Reads a digest, for example from a ruling; nil when it is none.
    package init?(_ raw: String) {
        guard raw.utf8.count == 2 * SHA256.byteCount,
            raw.utf8.allSatisfy({ Hexadecimal.value(of: $0) != nil && !(0x41...0x46).contains($0) })
        else { return nil }
        self.digits = ByteString(raw)
    }
}

extension UserID {
    /// The beginning of the ids of users that tokens name; all others begin with `u`.
    private static let tokenMark: Character = "t"

    /// The id of the user that a token names: always the same, on every node.
    ///
    /// Nobody can choose a `sub` that has the id of another one: 96 bits of the digest are in it.
    package init(of subject: TokenSubject) { self.init("\(Self.tokenMark)\(subject.rawValue.prefix(24))") }

    /// Whether a token named the user: nothing but a token makes one this user.
    package var isOfToken: Bool { self.rawValue.first == Self.tokenMark }
}
