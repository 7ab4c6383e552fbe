internal import Crypto

/// The secret that brings a client back as the same user, on any node (docs/PROTOCOL.md, section 2).
///
/// Anyone who knows it is the user, so only that client gets it, and a broker sees only its ``hash``.
public struct SessionSecret: Hashable, Sendable {
    /// The most bytes a secret may have.
    static let maximumBytes = 128

    private let bytes: ByteString

    /// The secret, 16 to 128 characters.
    public var rawValue: String { self.bytes.rawValue }

    /// Takes a secret, which may have come from a server.
    ///
    /// - Parameter rawValue: The secret; the result is nil when it is not valid.
    public init?(_ rawValue: String) {
        guard (16...Self.maximumBytes).contains(rawValue.utf8.count),
            rawValue.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.bytes = ByteString(rawValue)
    }

    /// Makes a new secret of 165 random bits.
    ///
    /// - Parameter generator: Must be fit for cryptography.
    package init(using generator: inout some RandomNumberGenerator) {
        self.bytes = ByteString(Base36.random(digits: 32, using: &generator))
    }

    /// The session's key at a broker: SHA-256 in hexadecimal.
    package var hash: String {
        Hexadecimal.text(of: SHA256.hash(data: Array(self.rawValue.utf8)), count: SHA256.byteCount)
    }
}

extension SessionSecret: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the secret: it must not get into a log by mistake.
    public var description: String { "(secret)" }
    /// Never the secret: it must not get into a log by mistake.
    public var debugDescription: String { "(secret)" }
}
