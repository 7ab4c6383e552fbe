package import NIOCore

/// A message of the server that is not a reply (docs/PROTOCOL.md, section 3).
///
/// This is the table of events: the reading and writing of each is in its own file beside this one. A new event is a
/// file and a row; the compiler reports every other place in Swift, and `ProtocolTableTests` those in the page.
public enum Event: Equatable, Sendable {
    /// The client's user.
    case welcome(Welcome)
    /// A message of a room.
    case message(Message)
    /// A user came into a room.
    case joined(PresenceChange)
    /// A user left a room.
    case left(PresenceChange)
    /// A member of a room has another name now.
    case renamed(PresenceChange, oldName: UserName)
    /// The present number of members of a large room.
    case presence(room: RoomName, memberCount: Int, version: Int)
    /// A member started or stopped typing.
    case typing(room: RoomName, user: User, active: Bool)
    /// Messages that this client will never get.
    case gap(room: RoomName, epoch: Epoch, from: Int, to: Int)
    /// The room's log started again.
    case reset(room: RoomName, head: LogPosition)
    /// The client is in a room no longer, and did not leave it.
    case removed(Removal)
    /// The server lost or regained its broker, for these of the client's rooms; none are named when it is for all.
    case status(ServerStatus, detail: String, rooms: [RoomName] = [])
    /// The connection is about to be closed by the server.
    case closing(Disconnect, reconnectMilliseconds: Int)
}

extension Event {
    /// The name of an event on the wire.
    package enum Name: String, CaseIterable, Sendable {
        case welcome, message, joined, left, renamed, presence, typing, gap, reset, removed, status, closing

        /// Reads a word of the wire; nil if it is not an event.
        init?(_ word: ByteString) {
            switch word {
            case "welcome": self = .welcome
            case "message": self = .message
            case "joined": self = .joined
            case "left": self = .left
            case "renamed": self = .renamed
            case "presence": self = .presence
            case "typing": self = .typing
            case "gap": self = .gap
            case "reset": self = .reset
            case "removed": self = .removed
            case "status": self = .status
            case "closing": self = .closing
            default: return nil
            }
        }
    }

    package var name: Name {
        switch self {
        case .welcome: .welcome
        case .message: .message
        case .joined: .joined
        case .left: .left
        case .renamed: .renamed
        case .presence: .presence
        case .typing: .typing
        case .gap: .gap
        case .reset: .reset
        case .removed: .removed
        case .status: .status
        case .closing: .closing
        }
    }

    /// Reads an event; nil when this version does not know its content.
    init?(_ json: JSONValue, _ name: Name) throws(JSONError) {
        switch name {
        case .welcome: self = .welcome(try Welcome(json))
        case .message: self = .message(try Message(json))
        case .joined: self = .joined(try PresenceChange(json))
        case .left: self = .left(try PresenceChange(json))
        case .renamed: self = try .renamed(json)
        case .presence: self = try .presence(json)
        case .typing: self = try .typing(json)
        case .gap: self = try .gap(json)
        case .reset: self = try .reset(json)
        case .removed: self = .removed(try Removal(json))
        case .status:
            guard let status = try Event.status(json) else { return nil }
            self = status
        case .closing: self = try .closing(json)
        }
    }

    /// The event as one JSON object, as it is sent.
    ///
    /// - Parameter id: The id of the `hello` that a `welcome` answers.
    /// - Returns: The bytes of one message.
    package func encoded(id: Int? = nil) -> ByteBuffer {
        if case .message(let message) = self { return PublicationCodec.encode(message) }
        var json = JSONWriter()
        json.field("type", self.name.rawValue)
        switch self {
        case .welcome(let welcome): welcome.write(id: id, to: &json)
        case .message: break
        case .joined(let change), .left(let change): change.write(to: &json)
        case .renamed(let change, let oldName): change.write(oldName: oldName, to: &json)
        case .presence(let room, let memberCount, let version):
            Self.writePresence(room, memberCount, version, to: &json)
        case .typing(let room, let user, let active): Self.writeTyping(room, user, active, to: &json)
        case .gap(let room, let epoch, let from, let to): Self.writeGap(room, epoch, from, to, to: &json)
        case .reset(let room, let head): Self.writeReset(room, head, to: &json)
        case .removed(let removal): removal.write(to: &json)
        case .status(let state, let detail, let rooms): Self.writeStatus(state, detail, rooms, to: &json)
        case .closing(let disconnect, let milliseconds): Self.writeClosing(disconnect, milliseconds, to: &json)
        }
        return json.finish()
    }

    /// The event as the text of one JSON object, for programs that read lines.
    package var json: String { String(buffer: self.encoded()) }
}
