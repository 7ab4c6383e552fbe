internal import ChatCore
internal import Foundation
internal import NIOCore

/// What a token says that its bearer may do, for programs that show only what is of use; the server alone decides.
struct TokenRights: Sendable {
    private let rules: [(pattern: RoomPattern, rights: RoomRights)]

    /// Reads the rights of a token; of one that cannot be read, there are none.
    ///
    /// - Parameter token: The token; nil where there is none.
    init(_ token: String?) {
        let parts = token?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, let bytes = Self.decode(parts[1]),
            let claims = try? JSONValue(ByteBuffer(bytes: bytes)), case .object(let rooms)? = claims["rooms"]
        else {
            self.rules = []
            return
        }
        self.rules = rooms.compactMap { raw, words in
            guard let pattern = RoomPattern(raw.rawValue), let words = words.array else { return nil }
            return (pattern, words.compactMap(\.word).reduce(into: []) { $0.formUnion(RoomRights(word: $1)) })
        }
    }

    /// The rights in a room.
    subscript(room: RoomName) -> RoomRights {
        self.rules.reduce(into: []) { if $1.pattern.matches(room) { $0.formUnion($1.rights) } }
    }

    /// Base64 as in tokens (RFC 7515, section 2).
    private static func decode(_ text: Substring) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }
}
