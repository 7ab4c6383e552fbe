import ChatCore

/// What a request for a stream of events asks for, after everything that its answer's status could say was checked.
enum StreamOrder: Sendable {
    /// To hear one room, and be nobody's member.
    case listen(Command.Join, Access)
    /// To be a client like one with a WebSocket, by the commands in the address.
    case takePart(query: String?, Credential)

    /// What says whose a stream is.
    enum Credential: Sendable {
        /// Nothing: somebody new.
        case none
        /// A token, where the server requires one.
        case token(String)
        /// A session of an open server.
        case session(SessionSecret)
    }
}
