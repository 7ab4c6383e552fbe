/// What somebody may do in a room (docs/PROTOCOL.md, section 1).
package struct RoomRights: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// To join, and to get what is said from then on.
    package static let live = RoomRights(rawValue: 1 << 0)
    /// To read what was said before.
    package static let history = RoomRights(rawValue: 1 << 1)
    /// To know who is there, comes, goes and types.
    package static let presence = RoomRights(rawValue: 1 << 2)
    /// To say something, and to be seen typing.
    package static let write = RoomRights(rawValue: 1 << 3)
    /// To mute and remove others, and what goes with it.
    package static let moderate = RoomRights(rawValue: 1 << 4)

    /// Everything that changes nothing.
    package static let read: RoomRights = [.live, .history, .presence]
    /// What anybody may do where no tokens are needed.
    package static let everybody: RoomRights = [.read, .write]

    /// The rights of a word in a token.
    ///
    /// - Parameter word: The word; one that this version does not know gives no right.
    package init(word: ByteString) {
        switch word {
        case "live": self = .live
        case "history": self = .history
        case "presence": self = .presence
        case "write": self = .write
        case "moderate": self = .moderate
        case "read": self = .read
        default: self = []
        }
    }
}
