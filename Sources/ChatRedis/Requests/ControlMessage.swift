internal import ChatCore
internal import NIOCore

/// Messages between nodes on the channel that all of them listen to.
enum ControlMessage {
    /// A user has another name now, on every connection.
    case renamed(User)
    /// A holder goes away; its members leave after this many milliseconds.
    case holderEnds(milliseconds: Int)
    /// The list of a dead holder's rooms was lost, and every node must check its own rooms.
    case roomsLost
    /// A ruling of a moderator holds, holds no more, or all must be read; scripts publish it.
    case rulings(RulingNews)

    /// Its bytes; those about rulings are made by scripts, with the version that they gave.
    var encoded: ByteBuffer {
        switch self {
        case .renamed(let user):
            var json = JSONWriter()
            json.field("type", "user_renamed")
            json.user("user", user)
            return json.finish()
        case .holderEnds(let milliseconds):
            var json = JSONWriter()
            json.field("type", "holder_ends")
            json.field("after_ms", milliseconds)
            return json.finish()
        case .roomsLost:
            var json = JSONWriter()
            json.field("type", "rooms_lost")
            return json.finish()
        case .rulings:
            var json = JSONWriter()
            json.field("type", "rulings_changed")
            return json.finish()
        }
    }

    /// Parses a message; nil if this version does not know it.
    init?(_ payload: ByteBuffer) {
        guard let json = try? JSONValue(payload) else { return nil }
        switch json["type"]?.word {
        case "user_renamed":
            guard let id = json["user"]?["id"]?.string.flatMap(UserID.init(checking:)),
                let name = json["user"]?["name"]?.string, let name = try? UserName(name)
            else { return nil }
            self = .renamed(User(id: id, name: name))
        case "holder_ends":
            guard let milliseconds = json["after_ms"]?.integer else { return nil }
            self = .holderEnds(milliseconds: milliseconds)
        case "rooms_lost": self = .roomsLost
        case "ruling":
            guard let version = json["version"]?.string.flatMap({ RulingVersion($0) }), let ruling = json["ruling"],
                let ruling = try? Ruling(ruling)
            else {
                self = .rulings(.doubtful)
                return
            }
            self = .rulings(.put(ruling, version))
        case "ruling_lifted":
            guard let version = json["version"]?.string.flatMap({ RulingVersion($0) }),
                let id = json["id"]?.string.flatMap({ RulingID(checking: $0) })
            else {
                self = .rulings(.doubtful)
                return
            }
            self = .rulings(.lifted(id, version))
        case "rulings_changed": self = .rulings(.doubtful)
        default: return nil
        }
    }
}
