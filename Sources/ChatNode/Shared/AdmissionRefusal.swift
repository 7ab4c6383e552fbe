import ChatCore

/// The reason why a connection cannot stay.
enum AdmissionRefusal: Equatable, Sendable {
    case draining
    case connections(Int)
    case connectionsPerAddress(Int)
    case pendingPerAddress(Int)
    case openings(Limits.Rate)
    case openingsPerAddress(Limits.Rate)
    case bufferedBytes(Int)

    /// The limit that it breaks; nil for a node that goes away.
    var limit: LimitName? {
        switch self {
        case .draining: nil
        case .connections: .connections
        case .connectionsPerAddress: .connectionsPerAddress
        case .pendingPerAddress: .pendingPerAddress
        case .openings: .openings
        case .openingsPerAddress: .openingsPerAddress
        case .bufferedBytes: .bufferedBytes
        }
    }

    /// The words for the client, and for the log.
    var disconnect: Disconnect {
        switch self {
        case .draining: .draining
        case .connections(let most): Self.disconnect("at most \(most) connections")
        case .connectionsPerAddress(let most): Self.disconnect("at most \(most) connections from one address")
        case .pendingPerAddress(let most):
            Self.disconnect("at most \(most) connections without a request from one address")
        case .openings(let rate): Self.disconnect("at most \(rate.words("new connections"))")
        case .openingsPerAddress(let rate):
            Self.disconnect("at most \(rate.words("new connections")) from one address")
        case .bufferedBytes(let most): Self.disconnect("the server holds at most \(most) bytes for its clients")
        }
    }

    private static func disconnect(_ reason: String) -> Disconnect {
        Disconnect(code: Disconnect.overCapacity.code, reason: reason)
    }
}
