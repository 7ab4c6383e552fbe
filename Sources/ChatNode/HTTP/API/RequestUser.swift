import ChatCore
import HTTPTypes
import Hummingbird

/// The user whom a request is of: that of its token, or of its session where the server is open.
struct RequestUser {
    var user: User
    /// The key of the user's record at the broker.
    var session: String

    /// Looks the user up.
    ///
    /// - Throws: ``ProtocolError`` with the code `unauthorized` when the bearer is no session that is known;
    ///   ``BrokerError``.
    init(of request: Request, _ access: Access, node: NodeContext) async throws {
        if let grant = access.grant {
            self.session = grant.subject.rawValue
            self.user = try await Self.user(of: grant, node)
            return
        }
        guard let secret = request.headers[.authorization].flatMap(Bearer.text(in:)).flatMap({ SessionSecret($0) }),
            let user = try await node.sessions.session(secret.hash), !user.id.isOfToken
        else { throw ProtocolError(.unauthorized, "the bearer is no session that is known here") }
        self.session = secret.hash
        self.user = node.rulings.shown(user)
    }

    /// The user of a token, by the name in it or by the chosen one.
    private static func user(of grant: Grant, _ node: NodeContext) async throws -> User {
        if let name = grant.name { return node.rulings.shown(User(id: grant.user, name: name)) }
        let known = try await node.sessions.session(grant.subject.rawValue)
        return known.map { node.rulings.shown($0) } ?? User(id: grant.user, name: .guest(grant.user))
    }
}
