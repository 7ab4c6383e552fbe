internal import ChatCore
internal import NIOCore

/// What nodes tell each other on the channel that all of them listen to.
enum ControlMessage {
    /// A user has another name now, on every connection.
    case renamed(User)
    /// A holder goes away; its members leave after so many milliseconds.
    case holderEnds(milliseconds: Int)
    /// In which rooms a dead holder has members was lost, and every node is to look at its own.
    case roomsLost

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
        }
    }

    /// Reads what came; nil for what this version does not know.
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
        default: return nil
        }
    }
}
