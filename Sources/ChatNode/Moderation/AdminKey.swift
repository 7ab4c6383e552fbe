import ChatCore
import Crypto

/// The key of the admin API, kept as its digest.
package struct AdminKey: Sendable {
    /// The fewest bytes of a key: whoever has it can do everything that a moderator can.
    package static let minimumBytes = 16
    /// The most bytes of a key.
    package static let maximumBytes = 512

    private let digest: [UInt8]

    /// Reads a key; nil when it is too short or too long, or has blanks or other characters than printable ASCII.
    package init?(_ raw: String) {
        guard (Self.minimumBytes...Self.maximumBytes).contains(raw.utf8.count),
            raw.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.digest = Self.digest(raw)
    }

    /// Whether a text is the key, in a time that does not depend on how much of it is right.
    func matches(_ text: String) -> Bool {
        guard text.utf8.count <= Self.maximumBytes else { return false }
        return zip(self.digest, Self.digest(text)).reduce(0) { $0 | $1.0 ^ $1.1 } == 0
    }

    private static func digest(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}

extension AdminKey: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the key: it must not get into a log by mistake.
    package var description: String { "(key)" }
    /// Never the key: it must not get into a log by mistake.
    package var debugDescription: String { "(key)" }
}
