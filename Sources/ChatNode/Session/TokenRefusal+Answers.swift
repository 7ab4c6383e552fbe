import ChatCore
import ChatIdentity

/// What a client is answered whose token is not taken.
extension TokenRefusal {
    /// How its connection is closed.
    var disconnect: Disconnect {
        switch self {
        case .expired: .tokenExpired
        case .invalid, .unknownKey:
            Disconnect(code: Disconnect.unauthorized.code, reason: String(self.reason.prefix(120)))
        case .keysUnavailable: Disconnect(code: Disconnect.overCapacity.code, reason: self.reason)
        }
    }

    /// How a command or a request is refused.
    var error: ProtocolError {
        switch self {
        case .expired, .invalid, .unknownKey: ProtocolError(.unauthorized, self.reason)
        case .keysUnavailable: .unavailable(self.reason, retryMilliseconds: 5000)
        }
    }

    /// ASCII, and nothing of the token.
    private var reason: String {
        switch self {
        case .expired: Disconnect.tokenExpired.reason
        case .invalid(let reason): reason
        case .unknownKey: "no key is known that the token names"
        case .keysUnavailable: "the keys for tokens cannot be had now"
        }
    }
}
