internal import Crypto

/// Names a ruling: 20 hexadecimal digits that follow from what it is about.
package struct RulingID: Hashable, Sendable, CustomStringConvertible {
    private static let digits = 20

    private let bytes: ByteString

    package var rawValue: String { self.bytes.rawValue }

    /// Reads an id; nil when it is none.
    package init?(checking raw: String) {
        let isValid = raw.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard raw.utf8.count == Self.digits, isValid else { return nil }
        self.bytes = ByteString(raw)
    }

    /// The id of the ruling about this matter: the same for every node, and for every ruling that takes its place.
    package init(of matter: Ruling.Matter) {
        // No name has a NUL in it, so that two matters never give the same text.
        let text = Self.identity(of: matter).joined(separator: "\0")
        let digest = SHA256.hash(data: Array(text.utf8))
        self.bytes = ByteString(Hexadecimal.text(of: digest, count: Self.digits / 2))
    }

    package var description: String { self.rawValue }

    // MARK: The same matter

    /// The parts that two rulings have in common when one takes the other's place.
    private static func identity(of matter: Ruling.Matter) -> [String] {
        switch matter {
        case .ban(let target, let room): ["ban"] + Self.identity(of: target) + Self.identity(of: room)
        case .mute(let target, let room): ["mute"] + Self.identity(of: target) + Self.identity(of: room)
        case .kick(let user, let room): ["kick", user.rawValue, room.rawValue]
        case .revocation(.token(let id)): ["revocation", "token", id.rawValue]
        case .revocation(.user(let user, before: _)): ["revocation", "user", user.rawValue]
        case .revocation(.all(before: _)): ["revocation", "all"]
        case .closed(let room): ["closed", room.rawValue]
        case .slow(let room, seconds: _): ["slow", room.rawValue]
        case .words(let room, _): ["words", room.rawValue]
        // All names that look alike are one matter.
        case .reserved(let name, for: _): ["reserved", name.skeleton]
        }
    }

    private static func identity(of room: RoomName?) -> [String] { room.map { [$0.rawValue] } ?? [] }

    private static func identity(of target: Ruling.Target) -> [String] {
        switch target {
        case .user(let id): ["user", id.rawValue]
        case .network(let network): ["network", network.description]
        }
    }
}
