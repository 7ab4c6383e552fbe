/// Makes the link of a client to one server.
struct LinkConnector: Sendable {
    let server: ServerConnector

    /// Reads the certificate authorities, once for all connections.
    ///
    /// - Parameters:
    ///   - server: The address of the server.
    ///   - trustedAuthorities: A PEM file of certificate authorities; nil: the system's.
    /// - Throws: ``ClientError`` with the code `invalid` when the certificate authorities cannot be read.
    init(_ server: ServerAddress, trustedAuthorities: String?) throws(ClientError) {
        self.server = try ServerConnector(server, trustedAuthorities: trustedAuthorities)
    }

    /// Connects by a WebSocket; where only that is refused, by what stands in for one.
    ///
    /// - Throws: ``ConnectionFailure``.
    func link() async throws(ConnectionFailure) -> any Link {
        do throws(ConnectionFailure) { return WebSocketLink(try await self.server.webSocket()) } catch {
            guard error.isOfUpgrade else { throw error }
            return StreamLink(self.server, inPlaceOf: error)
        }
    }
}
