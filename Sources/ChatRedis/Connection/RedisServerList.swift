/// The servers over which rooms are spread, as a node knows them, and which of them this one is.
package struct RedisServerList: Equatable, Sendable {
    /// What the server is called in the list.
    package let name: String
    /// The names of all servers, in the order of their bytes.
    package let servers: [String]

    /// Makes a list; the order in which servers are given does not count.
    ///
    /// - Parameters:
    ///   - name: The name of this server.
    ///   - servers: The names of all; none has a comma, a space or a line break.
    package init(_ name: String, among servers: [String]) {
        self.name = name
        self.servers = servers.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The names as they are stored.
    var text: String { Self.text(self.servers) }

    /// The names of a list as they are stored.
    static func text(_ servers: [String]) -> String { servers.joined(separator: ",") }
}
