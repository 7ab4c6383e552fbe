import ChatCore

/// From which pages a WebSocket may be opened (docs/PROTOCOL.md, section 7): a browser says which page asks.
enum OriginPolicy: Equatable, Sendable {
    /// Pages of this server: the same host and port as the request's `Host`.
    case sameHost
    /// Every page.
    case any
    /// Pages of these origins.
    case list([Origin])

    /// Reads what an operator wrote: `same`, `*`, or origins with commas between.
    ///
    /// - Returns: nil when something in it is no origin.
    init?(_ text: String) {
        switch text {
        case "same": self = .sameHost
        case "*": self = .any
        default:
            let origins = text.split(separator: ",").map { Origin(String($0).trimmingWhitespace) }
            guard !origins.isEmpty, !origins.contains(nil) else { return nil }
            self = .list(origins.compactMap(\.self))
        }
    }

    /// Whether a request may go on.
    ///
    /// - Parameters:
    ///   - origin: Its `Origin` header; nil when no browser sent it.
    ///   - host: Its `Host` header.
    /// - Returns: Whether it may.
    func allows(origin: String?, host: String?) -> Bool {
        guard let origin else { return true }
        guard let origin = Origin(origin) else { return self == .any }
        return switch self {
        case .any: true
        case .list(let allowed): allowed.contains(origin)
        case .sameHost: host.flatMap { Origin(scheme: origin.scheme, authority: $0) } == origin
        }
    }
}

/// A scheme, a host and a port (RFC 6454), the default port filled in.
struct Origin: Equatable, Sendable {
    let scheme: String
    let host: String
    let port: Int

    /// Reads an `Origin` header; `null` and what is not HTTP is none.
    init?(_ text: String) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(scheme: parts[0].lowercased(), authority: String(parts[1]))
    }

    /// Puts an origin together from a scheme and a `Host` header.
    init?(scheme: String, authority: String) {
        guard let defaultPort = ["http": 80, "https": 443][scheme] else { return nil }
        let authority = authority.lowercased()
        // The colon of a port stands behind the bracket of an IPv6 address.
        let afterHost = authority.lastIndex(of: "]") ?? authority.startIndex
        let colon = authority[afterHost...].lastIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)]
        guard !host.isEmpty, !host.contains("/") else { return nil }
        var port = defaultPort
        if let colon {
            guard let given = Int(authority[authority.index(after: colon)...]) else { return nil }
            port = given
        }
        self.scheme = scheme
        self.host = String(host)
        self.port = port
    }
}
