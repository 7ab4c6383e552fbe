/// The address of Redis and the log-in there.
///
/// - `redis://[user[:password]@]host[:port][/database]`; a user without a password is one whose password comes from
///   elsewhere
/// - `rediss://…`: the same over TLS
/// - `unix:/path/to/socket[?db=n]`, also `unix://[user[:password]@]/path/to/socket`
///
/// All parts may be percent-encoded; an IPv6 address is in brackets.
package struct RedisURL: Equatable, Sendable {
    package enum Address: Equatable, Sendable {
        case host(String, port: Int)
        case socket(path: String)
    }

    package var address: Address
    package var usesTLS = false
    /// The user of Redis' access control list; nil: the default user.
    package var user: String?
    package var password: Password?
    package var database = 0

    package init(address: Address) { self.address = address }

    /// A password that cannot get into a log by mistake.
    package struct Password: Equatable, Sendable {
        package let secret: String

        package init(_ secret: String) { self.secret = secret }
    }
}

extension RedisURL.Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension RedisURL: CustomStringConvertible {
    /// The address alone: an operator needs it, and it may appear in a log.
    package var description: String {
        switch self.address {
        case .host(let host, let port):
            "\(self.usesTLS ? "rediss" : "redis")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(self.database)"
        case .socket(let path): "unix:\(path)?db=\(self.database)"
        }
    }
}

/// The error in the address of Redis; it never repeats the address, which may contain a password.
package struct RedisURLError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
