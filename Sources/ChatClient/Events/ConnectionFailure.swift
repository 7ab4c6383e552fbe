public import ChatCore

/// The end of a connection, or the reason why there was none.
public struct ConnectionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The failure, in English, and the server, if that is known.
    public var description: String { self.server.map { "\($0): \(self.words)" } ?? self.words }
    /// The failure, in English.
    public var words: String
    /// The server that could not be reached, as host and port.
    public var server: String?
    /// The close code and reason, if the server closed the connection.
    public var disconnect: Disconnect?
    /// The HTTP status, if the server refused the upgrade.
    public var status: Int?
    /// The error of the protocol, if the server sent one.
    public var refusal: ProtocolError?
    /// The reason why there was no token for the connection.
    public var token: TokenFailure?

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

    init(_ failure: TokenFailure) {
        self.words = "there is no token: \(failure.message)"
        self.token = failure
    }

    /// The beginning of the text for a refused upgrade.
    package static let refusal = "the server refused the connection: "

    /// Whether a WebSocket alone was refused: its handshake did not come through, or somebody on the way answered.
    var isOfUpgrade: Bool { self.status == 426 || (self.status != nil && self.refusal == nil) }

    /// Whether another try would fail in the same way.
    public var isFinal: Bool {
        if let disconnect { return disconnect.isFinal }
        if let refusal, self.status == nil { return !refusal.code.isRetryable }
        guard let status else { return false }
        // A client's error stays an error; these three say "later".
        return (400..<500).contains(status) && ![408, 425, 429].contains(status)
    }
}
