public import ChatCore

extension ChatClient {
    /// How a client connects, and how much it keeps.
    public struct Configuration: Sendable {
        /// The server.
        public var server: ServerAddress
        /// The name to be known by; nil: the session's, or one that the server gives.
        public var name: UserName?
        /// What brings the client back as the user that it was before.
        public var session: SessionSecret?
        /// The token for a server that demands one.
        public var token: String?
        /// A PEM file of certificate authorities that are trusted in place of the system's, for `wss`.
        public var trustedAuthorities: String?
        /// How many events wait for the program before the client stops to read.
        public var eventCapacity = 1024
        /// Where sends without an answer outlive the program; nil: in memory alone.
        ///
        /// Its session is taken where there is no ``session``.
        public var outbox: (any OutboxStore)?
        /// How many sends without an answer the client keeps; the same number of other commands.
        public var outboxCapacity = 1000

        /// Makes a configuration with the defaults.
        ///
        /// - Parameters:
        ///   - server: The server.
        ///   - name: The name to be known by.
        public init(server: ServerAddress, name: UserName? = nil) {
            self.server = server
            self.name = name
        }
    }
}
