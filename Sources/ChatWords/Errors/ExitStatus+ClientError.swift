package import ChatClient
package import ChatCore
package import ChatSystem

extension ExitStatus {
    /// The exit status for an error of the client.
    package init(_ error: ClientError) {
        switch error.code {
        case .invalid: self = .usage
        case .refused, .disconnected:
            self =
                if let refusal = error.refusal { ExitStatus(refusal.code) } else {
                    error.failure.map(ExitStatus.init) ?? .disconnected
                }
        case .closed, .cancelled: self = .timeout
        case .storage, .locked: self = .storage
        default: self = .software
        }
    }

    /// The exit status for a code of the server.
    package init(_ code: ProtocolError.Code) {
        switch code {
        case .unauthorized: self = .tokenRefused
        case .forbidden: self = .forbidden
        case .muted: self = .muted
        case .kicked: self = .kicked
        case .banned: self = .banned
        case .roomClosed: self = .roomClosed
        case .textRefused: self = .textRefused
        case .rateLimited: self = .rateLimited
        case .unavailable: self = .unavailable
        case .internal: self = .software
        default: self = .refused
        }
    }

    /// The exit status for the end of a connection.
    private init(_ failure: ConnectionFailure) {
        switch failure.disconnect?.code {
        case Disconnect.tokenExpired.code: self = .tokenExpired
        case Disconnect.unauthorized.code: self = .tokenRefused
        case Disconnect.helloMissing.code: self = .tokenMissing
        case Disconnect.removed.code: self = .kicked
        default: self = failure.token == nil ? .disconnected : .usage
        }
    }

    /// Whether whoever ends with this status cannot go on in the room.
    package var endsSending: Bool {
        switch self {
        case .forbidden, .kicked, .banned, .roomClosed: true
        case .success, .partial, .usage, .refused, .unavailable, .software, .storage, .disconnected, .timeout,
            .tokenMissing, .tokenRefused, .tokenExpired, .muted, .textRefused, .rateLimited, .hungUp, .interrupted,
            .terminated:
            false
        }
    }
}
