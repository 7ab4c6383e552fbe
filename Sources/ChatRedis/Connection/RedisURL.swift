/// The address of Redis and the log-in there.
///
/// - `redis://[user[:password]@]host[:port][/database]`; a user without a password is one whose password comes from
///   elsewhere
/// - `rediss://…`: the same over TLS
/// - `unix:/path/to/socket[?db=n]`, also `unix://[user[:password]@]/path/to/socket`
/// - `redis-sentinel://[user[:password]@]host[:port][,host[:port]…]/name[/database]`: the primary that these sentinels
///   know by a name; `rediss-sentinel://…`: the same over TLS, with the sentinels too
/// - `redis-cluster://[user[:password]@]host[:port][,host[:port]…]`: the Cluster to which these servers belong;
///   `rediss-cluster://…`: the same over TLS
///
/// All parts may be percent-encoded; an IPv6 address is in brackets.
package struct RedisURL: Equatable, Sendable {
    /// The address of a server.
    package enum Address: Hashable, Sendable {
        case host(String, port: Int)
        case socket(path: String)
    }

    /// How to find the server.
    package enum Target: Equatable, Sendable {
        /// It is always at the same address.
        case server(Address)
        /// Sentinels say where the primary of this name is.
        case primary(name: String, sentinels: [Address])
        /// Servers of a Cluster say where all of them are.
        case cluster(seeds: [Address])
    }

    package var target: Target
    /// Whether servers of a Cluster are meant.
    package var isOfCluster: Bool { if case .cluster = self.target { true } else { false } }
    package var usesTLS = false
    /// The user of Redis' access control list; nil: the default user.
    package var user: String?
    package var password: Password?
    package var database = 0

    package init(target: Target) { self.target = target }

    package init(address: Address) { self.init(target: .server(address)) }

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
        let scheme = self.usesTLS ? "rediss" : "redis"
        return switch self.target {
        case .server(.socket(let path)): "unix:\(path)?db=\(self.database)"
        case .server(let address): "\(scheme)://\(address)/\(self.database)"
        case .primary(let name, let sentinels):
            "\(scheme)-sentinel://\(sentinels.map(\.description).joined(separator: ","))/\(name)/\(self.database)"
        case .cluster(let seeds): "\(scheme)-cluster://\(seeds.map(\.description).joined(separator: ","))"
        }
    }
}

extension RedisURL.Address: CustomStringConvertible {
    /// The host and the port, or the path.
    package var description: String {
        switch self {
        case .host(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .socket(let path): path
        }
    }
}

/// The error in the address of Redis; it never repeats the address, which may contain a password.
package struct RedisURLError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
