import ChatCore

/// How tokens are signed (RFC 7518, section 3.1; RFC 8037).
///
/// A key has one of these, whatever a token says.
package enum SigningAlgorithm: String, CaseIterable, Sendable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"

    /// All of them, for people.
    static var list: String { Self.allCases.map(\.rawValue).joined(separator: ", ") }

    /// Reads the word in a token or a key; nil for any other, `none` among them.
    init?(_ word: String) {
        let word = ByteString(word)
        guard let known = Self.allCases.first(where: { ByteString($0.rawValue) == word }) else { return nil }
        self = known
    }
}
