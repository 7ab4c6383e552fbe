internal import ChatCore
internal import NIOCore

/// The users of sessions.
///
/// It belongs to the broker and is used on its event loop only.
final class RedisSessions {
    private let router: RequestRouter
    private let keys: RedisKeys

    init(_ router: RequestRouter, _ keys: RedisKeys) { (self.router, self.keys) = (router, keys) }

    /// Looks a session up, which counts as a use of it.
    func use(_ hash: String) async throws(BrokerError) -> User? {
        try await self.read(RedisRequest(.readSession, keys: self.keys.session(hash)))
    }

    /// Returns the user of a session, which does not count as a use of it.
    func user(_ hash: String) async throws(BrokerError) -> User? {
        let key = self.keys.session(hash)
        return try await self.read(RedisRequest(RedisCommand("HMGET", key, "id", "name"), on: key))
    }

    private func read(_ request: RedisRequest) async throws(BrokerError) -> User? {
        let reply = try await self.router.perform(request)
        guard let parts = reply.array, parts.count == 2, let id = parts[0].string.flatMap(UserID.init(checking:)),
            let name = parts[1].string
        else { return nil }
        return User(id: id, name: .known(name, of: id))
    }

    /// Stores a new session.
    func save(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError) {
        let request = self.write(hash, user, isGuest: isGuest)
        _ = try await self.router.perform(request)
    }

    /// Gives the user of a session another name, and informs every node.
    func rename(_ user: User, _ hash: String) async throws(BrokerError) {
        var request = self.write(hash, user, isGuest: false)
        request.command.append(self.keys.control)
        request.command.append(ControlMessage.renamed(user).encoded)
        _ = try await self.router.perform(request)
    }

    private func write(_ hash: String, _ user: User, isGuest: Bool) -> RedisRequest {
        RedisRequest(.writeSession, keys: self.keys.session(hash)) {
            $0.append(user.id.rawValue)
            $0.append(user.name.rawValue)
            $0.append(isGuest ? 0 : 1)
        }
    }
}
