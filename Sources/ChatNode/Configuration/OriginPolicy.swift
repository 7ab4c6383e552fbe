import ChatCore

/// The pages that may open a WebSocket (docs/PROTOCOL.md, section 7): a browser says which page asks.
package enum OriginPolicy: Equatable, Sendable {
    /// Pages of this server: the same host and port as the request's `Host`.
    case sameHost
    /// Every page.
    case any
    /// Pages of these origins, in which `*` matches one label: `https://*.example.com`.
    case list([Origin])

    /// Reads what an operator wrote: `same`, `*`, or origins with commas between.
    ///
    /// - Returns: nil when something in it is not an origin, or not one that a browser could send.
    package init?(_ text: String) {
        switch text {
        case "same": self = .sameHost
        case "*": self = .any
        default:
            let origins = text.split(separator: ",").map { Origin(pattern: String($0).trimmingWhitespace) }
            guard !origins.isEmpty, !origins.contains(nil) else { return nil }
            self = .list(origins.compactMap(\.self))
        }
    }

    /// Whether a request may go on.
    ///
    /// - Parameters:
    ///   - origin: Its `Origin` header; nil when no browser sent it.
    ///   - host: Its `Host` header.
    ///   - isSecure: Whether the server's own connections are encrypted. Then a page that was not is none of this server's:
    ///     anybody on the way could have made it. Behind a proxy the server cannot know, and takes the page's word.
    /// - Returns: Whether it may.
    func allows(origin: String?, host: String?, isSecure: Bool = false) -> Bool {
        guard let origin else { return true }
        guard let origin = Origin(origin) else { return self == .any }
        return switch self {
        case .any: true
        case .list(let allowed): allowed.contains { $0.matches(origin) }
        case .sameHost where isSecure && origin.scheme != "https": false
        case .sameHost: host.flatMap { Origin(scheme: origin.scheme, authority: $0) } == origin
        }
    }
}

/// A scheme, a host and a port (RFC 6454), the default port filled in.
package struct Origin: Equatable, Sendable {
    let scheme: String
    let host: String
    let port: Int

    /// Reads an `Origin` header; nil for `null` and for anything that is not HTTP.
    init?(_ text: String) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(scheme: parts[0].lowercased(), authority: String(parts[1]))
    }

    /// Reads what an operator wrote: an origin as a browser sends it, or one whose first label is `*`.
    ///
    /// nil for text that could never match: a browser writes a host in lower case and in ASCII only, and no path after
    /// it.
    init?(pattern text: String) {
        self.init(text)
        guard (1...65535).contains(self.port) else { return nil }
        let labels = self.host.split(separator: ".", omittingEmptySubsequences: false)
        let isLiteral =
            self.host.hasPrefix("[") && self.host.hasSuffix("]")
            && self.host.dropFirst().dropLast().allSatisfy { $0.isASCII && ($0.isHexDigit || ":.".contains($0)) }
        let isName = labels.enumerated().allSatisfy { index, label in
            (index == 0 && label == "*" && labels.count > 1)
                || (!label.isEmpty && label.utf8.allSatisfy(Self.isPartOfLabel))
        }
        guard isLiteral || isName else { return nil }
    }

    private static func isPartOfLabel(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether it stands for several origins.
    var isPattern: Bool { self.host.hasPrefix("*.") }

    /// Whether an origin is this one, or one that this pattern matches.
    func matches(_ origin: Origin) -> Bool {
        guard self.scheme == origin.scheme, self.port == origin.port else { return false }
        guard self.isPattern else { return self.host == origin.host }
        let rest = origin.host.drop { $0 != "." }
        return rest.count < origin.host.count && rest == self.host.dropFirst()
    }

    /// Puts an origin together from a scheme and a `Host` header.
    init?(scheme: String, authority: String) {
        guard let defaultPort = ["http": 80, "https": 443][scheme] else { return nil }
        let authority = authority.lowercased()
        // The colon of a port comes after the bracket of an IPv6 address.
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
