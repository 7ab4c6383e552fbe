/// The address of a server: `ws://host:port/path`, or `wss`, `http` or `https` in place of `ws`.
///
/// The default port is that of the scheme, the default path is `/ws`.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Whether the connection is encrypted.
    public let isSecure: Bool
    /// The name or the IP address, without brackets.
    public let host: String
    /// The TCP port.
    public let port: Int
    /// The path, with the query if there is one.
    public let path: String

    /// Reads an address.
    ///
    /// - Parameter raw: The address as somebody wrote it; the default scheme is `ws`.
    /// - Throws: ``ClientError`` with the code `invalid`.
    public init(_ raw: String) throws(ClientError) {
        var rest = Substring(raw)
        var isSecure = false
        if let separator = raw.firstRange(of: "://") {
            switch raw[..<separator.lowerBound].lowercased() {
            case "ws", "http": break
            case "wss", "https": isSecure = true
            default: throw .invalid("a server's address begins with ws://, wss://, http:// or https://")
            }
            rest = raw[separator.upperBound...]
        }
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        (self.host, self.port) = try Self.authority(rest[..<end], defaultPort: isSecure ? 443 : 80)
        self.path = Self.path(rest[end...])
        self.isSecure = isSecure
        guard self.path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid("the path of a server's address has ASCII characters only")
        }
    }

    /// The address as a WebSocket URL.
    public var description: String { "\(self.isSecure ? "wss" : "ws")://\(self.authority)\(self.path)" }

    /// The value of the `Host` header.
    package var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.isSecure ? 443 : 80) ? host : "\(host):\(self.port)"
    }

    /// The path of another resource beside the WebSocket: `/ws` becomes `/api/rooms`.
    func sibling(_ name: String) -> String {
        let path = self.path.prefix { $0 != "?" }
        return path[...(path.lastIndex(of: "/") ?? path.startIndex)] + name
    }

    private static func path(_ raw: Substring) -> String {
        switch raw.first {
        case nil: "/ws"
        case "?": "/ws" + raw
        default: raw == "/" ? "/ws" : String(raw)
        }
    }

    private static func authority(_ raw: Substring, defaultPort: Int) throws(ClientError) -> (String, Int) {
        guard !raw.contains("@") else { throw .invalid("a server's address has no user and no password") }
        let host: Substring
        let port: Substring
        if raw.first == "[", let close = raw.firstIndex(of: "]") {
            host = raw[raw.index(after: raw.startIndex)..<close]
            port = raw[raw.index(after: close)...]
        } else {
            host = raw.prefix { $0 != ":" }
            port = raw[host.endIndex...]
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .invalid("a server's address has a host")
        }
        guard !port.isEmpty else { return (String(host), defaultPort) }
        guard port.first == ":", let number = Int(port.dropFirst()), (1...65535).contains(number) else {
            throw .invalid("a port is a number from 1 to 65535")
        }
        return (String(host), number)
    }
}
