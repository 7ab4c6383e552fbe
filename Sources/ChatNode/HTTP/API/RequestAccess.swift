import ChatCore
import ChatIdentity
import ChatSystem
import HTTPTypes
import Hummingbird

/// What requests may do: where tokens are needed, their bearer says it.
struct RequestAccess {
    let authorizer: Authorizer
    let rulings: RulingDesk

    init(node: NodeContext) { (self.authorizer, self.rulings) = (node.authorizer, node.rulings) }

    /// What a request may do.
    ///
    /// - Throws: ``APIError`` 401 where a token is needed and none that is taken is there; 503 while that cannot be told.
    func access(of request: Request) async throws(APIError) -> Access {
        guard self.authorizer.asksForTokens else { return .open }
        guard let token = request.headers[.authorization].flatMap(Bearer.text(in:)) else {
            throw .tokenMissing
        }
        do throws(BrokerError) { try await self.rulings.ready() } catch { throw APIError(error.protocolError) }
        do throws(TokenRefusal) {
            let grant = try await self.authorizer.grant(token, now: WallClock.now)
            guard !self.rulings.isRevoked(grant) else { throw .expired }
            return .granted(grant)
        } catch {
            guard error != .keysUnavailable else { throw APIError(error.error) }
            throw .unauthorized(error.error, #"Bearer error="invalid_token""#)
        }
    }

    /// Checks that who asks is not banned from the server, as far as the node knows the rulings.
    ///
    /// - Throws: ``ProtocolError`` with the code `banned`.
    func checkBan(_ access: Access, _ address: NetworkAddress?) throws(ProtocolError) {
        let visitor = Visitor(user: access.grant?.user, address: address)
        if let ban = self.rulings.ban(of: visitor) { throw .banned(ban, now: WallClock.now()) }
    }
}

extension APIError {
    /// A token is needed, and there is none.
    static let tokenMissing = unauthorized(
        ProtocolError(.unauthorized, "a token is needed: Authorization: Bearer"),
        "Bearer"
    )

    /// A token is needed, and the challenge says how to bring it (RFC 6750, section 3).
    static func unauthorized(_ error: ProtocolError, _ challenge: String) -> APIError {
        var answer = APIError(.unauthorized, error)
        answer.headers[.wwwAuthenticate] = challenge
        return answer
    }
}
