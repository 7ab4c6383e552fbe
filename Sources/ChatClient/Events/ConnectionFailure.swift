public import ChatCore

/// How a connection ended, or why there was none.
public struct ConnectionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What happened, in English, and where that is known the server to which it did.
    public var description: String { self.server.map { "\($0): \(self.words)" } ?? self.words }
    /// What happened, in English.
    public var words: String
    /// The server that could not be reached, as host and port.
    public var server: String?
    /// The close code and reason, where the server closed.
    public var disconnect: Disconnect?
    /// The HTTP status, where the server refused the upgrade.
    public var status: Int?
    /// What the server said, where it said so as an error of the protocol.
    public var refusal: ProtocolError?

    init(
        _ words: String,
        at server: String? = nil,
        disconnect: Disconnect? = nil,
        status: Int? = nil,
        refusal: ProtocolError? = nil
    ) {
        self.words = words
        self.server = server
        self.disconnect = disconnect
        self.status = status
        self.refusal = refusal
    }

    /// How the words of a refused upgrade begin.
    package static let refusal = "the server refused the connection: "

    /// Whether it is of no use to come back.
    public var isFinal: Bool {
        if let disconnect { return disconnect.isFinal }
        if let refusal, self.status == nil { return !refusal.code.isRetryable }
        guard let status else { return false }
        // What a client did wrong stays wrong; these three say "later".
        return (400..<500).contains(status) && ![408, 425, 429].contains(status)
    }
}
