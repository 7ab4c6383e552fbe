package import ChatCore
internal import NIOCore

extension RedisBroker {
    package func session(_ hash: String) async throws(BrokerError) -> User? {
        Self.user(try await self.perform(RedisRequest(.readSession, keys: self.keys.session(hash))))
    }

    package func user(ofSession hash: String) async throws(BrokerError) -> User? {
        Self.user(try await self.perform(RedisRequest(RedisCommand("HMGET", self.keys.session(hash), "id", "name"))))
    }

    private static func user(_ reply: RedisReply) -> User? {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].string.flatMap(UserID.init(checking:)),
            let name = parts[1].string
        else { return nil }
        return User(id: id, name: .known(name, of: id))
    }

    package func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        _ = try await self.perform(self.writeRequest(hash, user, isGuest: isGuest))
    }

    package func rename(_ user: User, session hash: String) async throws(BrokerError) {
        var request = self.writeRequest(hash, user, isGuest: false)
        request.command.append(self.keys.control)
        request.command.append(ControlMessage.renamed(user).encoded)
        _ = try await self.perform(request)
    }

    private func writeRequest(_ hash: String, _ user: User, isGuest: Bool) -> RedisRequest {
        RedisRequest(.writeSession, keys: self.keys.session(hash)) {
            $0.append(user.id.rawValue)
            $0.append(user.name.rawValue)
            $0.append(isGuest ? 0 : 1)
        }
    }
}

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
