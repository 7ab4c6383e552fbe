import Foundation

/// An address that gives keys to everybody: a JWK Set over HTTPS, or over plain HTTP on this machine alone.
package struct KeyAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int
    /// Path and query.
    package let target: String
    package let isSecure: Bool

    /// Reads an address.
    ///
    /// - Parameter raw: Such as `https://login.example/.well-known/jwks.json`.
    /// - Throws: ``KeyError`` when it is none, has a user or a fragment, or would bring keys over a network in the clear.
    package init(_ raw: String) throws(KeyError) {
        guard let parts = URLComponents(string: raw), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty, ["http", "https"].contains(scheme)
        else { throw KeyError("it is no address such as https://login.example/jwks.json") }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
            throw KeyError("it has a user, a password or a fragment")
        }
        // In an address, brackets stand around IPv6.
        let plain = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.isSecure = scheme == "https"
        guard self.isSecure || Self.isLoopback(plain) else {
            throw KeyError("keys come over https; http is for this machine alone")
        }
        let port = parts.port ?? (self.isSecure ? 443 : 80)
        guard (1...65535).contains(port) else { throw KeyError("its port is none") }
        self.host = plain
        self.port = port
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        self.target = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
    }

    /// The value of the `Host` field.
    var authority: String {
        let name = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.isSecure ? 443 : 80) ? name : "\(name):\(self.port)"
    }

    /// The address without its query, which may have a secret in it.
    package var description: String {
        "\(self.isSecure ? "https" : "http")://\(self.authority)\(self.target.prefix { $0 != "?" })"
    }

    private static func isLoopback(_ host: String) -> Bool {
        host.lowercased() == "localhost" || host == "::1"
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") })
    }
}
