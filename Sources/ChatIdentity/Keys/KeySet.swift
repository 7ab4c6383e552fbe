import ChatCore

/// The keys of one file, or of one answer of an address.
package struct KeySet: Sendable {
    /// The most keys that are kept.
    package static let maximumKeys = 64
    /// The most keys that are tried for one token.
    static let maximumTries = 4

    package let keys: [TokenKey]

    package init(_ keys: [TokenKey]) { self.keys = keys }

    /// The keys that may have signed a token with this header.
    func candidates(for header: TokenHeader) -> ArraySlice<TokenKey> {
        let keys = self.keys.filter { key in
            guard key.algorithm == header.algorithm else { return false }
            guard let asked = header.keyID, let own = key.keyID else { return true }
            return asked == own
        }
        return keys.prefix(Self.maximumTries)
    }
}
