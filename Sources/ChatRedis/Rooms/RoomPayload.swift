internal import ChatCore
internal import NIOCore

/// A publication on a room's channel, by a node or by another program (docs/PROTOCOL.md, section 9).
enum RoomPayload {
    /// A message with its place, to go through the room's feed.
    case publication(Publication)
    /// Something for the members that is in no log.
    case event(RoomEvent)
    /// Some leases of single members end after this many milliseconds: for the nodes alone.
    case leasesEnd(milliseconds: Int)
    /// Redis has lost some records of the members: for the nodes alone.
    case presenceLost
    /// The log has begun anew and must be read: for the nodes alone.
    case cleared
    /// A payload that may not be handed on.
    case invalid
}

extension RoomPayload {
    /// Makes the message that asks nodes to enter a room's members again.
    static func presenceLost(in room: RoomName) -> ByteBuffer {
        var json = JSONWriter()
        json.field("type", "presence_lost")
        json.field("room", room.rawValue)
        return json.finish()
    }
}

extension RoomPayload {
    /// Makes the message that asks nodes to read a log that has begun anew.
    static func cleared(_ room: RoomName) -> ByteBuffer {
        var json = JSONWriter()
        json.field("type", "log_cleared")
        json.field("room", room.rawValue)
        return json.finish()
    }
}

/// Parses the publications on one room's channel.
struct RoomPayloadReader {
    let room: RoomName
    let textLimit: Int
    private let prefix: ByteBuffer

    init(_ room: RoomName, textLimit: Int) {
        self.room = room
        self.textLimit = textLimit
        self.prefix = PublicationCodec.prefix(room)
    }

    /// Parses a payload.
    ///
    /// - Parameters:
    ///   - payload: The bytes.
    ///   - now: The time of its arrival, in milliseconds since the Unix epoch; messages of other programs get this
    ///     time.
    /// - Returns: The meaning of the payload.
    func read(_ payload: ByteBuffer, now: () -> Int) -> RoomPayload {
        if let position = PublicationCodec.position(of: payload, prefix: self.prefix) {
            return .publication(Publication(position: position, payload: payload))
        }
        if payload.readableBytesView.starts(with: Self.ownMark) { return self.readOwn(payload) }
        guard let (name, text) = self.readForeign(payload) else { return .invalid }
        let message = Message(
            room: self.room,
            position: nil,
            time: now(),
            sender: User(id: UserID("redis"), name: name),
            text: text.rawValue,
            kind: .text,
            key: nil
        )
        return .event(.foreign(Event.message(message).encoded()))
    }

    private static let ownMark = Array(#"{"type":"#.utf8)

    private func readOwn(_ payload: ByteBuffer) -> RoomPayload {
        guard let json = try? JSONValue(payload), json["room"]?.word == ByteString(self.room.rawValue) else {
            return .invalid
        }
        if json["type"]?.word == "leases_end", let milliseconds = json["after_ms"]?.integer {
            return .leasesEnd(milliseconds: milliseconds)
        }
        if json["type"]?.word == "presence_lost" { return .presenceLost }
        if json["type"]?.word == "log_cleared" { return .cleared }
        guard let id = json["user"]?["id"]?.string.flatMap(UserID.init(checking:)) else { return .invalid }
        let kind: PresenceKind
        switch json["type"]?.word {
        case "typing": return .event(.typing(id, payload))
        case "joined": kind = .joined
        case "left": kind = .left
        case "renamed": kind = .renamed
        default: return .invalid
        }
        // Another program may have published it: no calculation uses numbers that no script makes.
        guard let name = json["user"]?["name"]?.string, let name = try? UserName(name),
            let count = json["member_count"]?.integer, (0...1 << 31).contains(count),
            let version = json["presence_version"]?.integer, (1...1 << 52).contains(version)
        else { return .invalid }
        let user = User(id: id, name: name)
        let change = PresenceChange(room: self.room, user: user, memberCount: count, version: version)
        return .event(.presence(kind, change, payload))
    }

    private func readForeign(_ payload: ByteBuffer) -> (UserName, MessageText)? {
        guard payload.readableBytes <= 8 * self.textLimit else { return nil }
        var name = "redis"
        var text: String?
        if payload.readableBytesView.first == UInt8(ascii: "{") {
            guard let json = try? JSONValue(payload) else { return nil }
            text = json["text"]?.string
            if let given = json["name"] {
                guard let given = given.string else { return nil }
                name = given
            }
        } else {
            text = String(validating: payload.readableBytesView, as: UTF8.self)
        }
        guard let text, let name = try? UserName(name),
            let text = try? MessageText(text, maximumBytes: self.textLimit)
        else { return nil }
        return (name, text)
    }
}
