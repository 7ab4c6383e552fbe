public import ChatCore

/// The settings of a client's connection, and the limits of what it keeps.
public struct ClientConfiguration: Sendable {
    /// The server.
    public var server: ServerAddress
    /// The user's name; nil: the session's, or one that the server gives.
    public var name: UserName?
    /// The secret that brings the client back as an earlier user.
    public var session: SessionSecret?
    /// The source of tokens, for a server that requires them.
    public var tokens: TokenProvider?
    /// A PEM file of certificate authorities that are trusted in place of the system's, for `wss`.
    public var trustedAuthorities: String?
    /// The number of events that wait for the program before the client stops reading.
    public var eventCapacity = 1024
    /// The store in which sends without an answer survive the program; nil: they are only in memory.
    ///
    /// Its session is used when there is no ``session``.
    public var outbox: (any OutboxStore)?
    /// The number of sends without an answer that the client keeps, and of other commands.
    public var outboxCapacity = 1000

    /// Makes a configuration with the defaults.
    ///
    /// - Parameters:
    ///   - server: The server.
    ///   - name: The user's name.
    public init(server: ServerAddress, name: UserName? = nil) {
        self.server = server
        self.name = name
    }
}
