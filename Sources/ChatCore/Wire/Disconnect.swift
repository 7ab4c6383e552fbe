/// The reason why a connection is closed, and whether its client should come back (docs/PROTOCOL.md, section 7).
public struct Disconnect: Hashable, Sendable {
    /// The WebSocket close code.
    public var code: UInt16
    /// The reason, in English, at most 123 bytes.
    public var reason: String

    /// Makes a reason.
    ///
    /// - Parameters:
    ///   - code: The WebSocket close code.
    ///   - reason: The reason, in English, at most 123 bytes.
    public init(code: UInt16, reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Whether a client must not come back by itself.
    public var isFinal: Bool {
        switch self.code {
        case 1002, 1003, 1007, 1008, 1009, 4500...4999: true
        default: false
        }
    }

    /// The other side closed normally.
    public static let normal = Disconnect(code: 1000, reason: "")
    /// The other side broke RFC 6455.
    public static let protocolError = Disconnect(code: 1002, reason: "protocol error")
    /// A binary message came: the protocol uses text.
    public static let binaryMessage = Disconnect(code: 1003, reason: "text messages only")
    /// A text message was not UTF-8.
    public static let invalidUTF8 = Disconnect(code: 1007, reason: "not UTF-8")
    /// A message was larger than the limit.
    public static let messageTooBig = Disconnect(code: 1009, reason: "message too big")
    /// The node is shutting down.
    public static let draining = Disconnect(code: 1012, reason: "the node is draining")
    /// The node has reached its limit of connections.
    public static let overCapacity = Disconnect(code: 1013, reason: "over capacity, try again later")
    /// The client reads too slowly.
    public static let slowConsumer = Disconnect(code: 4000, reason: "slow consumer")
    /// The client did not answer a ping.
    public static let noPong = Disconnect(code: 4001, reason: "no pong")
    /// The client's token is not valid any more: it comes back with a fresh one.
    public static let tokenExpired = Disconnect(code: 4002, reason: "the token has expired")
    /// The client's token is not valid here, and a fresh one would not be either.
    public static let unauthorized = Disconnect(code: 4501, reason: "unauthorized")
    /// A `hello` with a token must come first, and in time.
    public static let helloMissing = Disconnect(code: 4505, reason: "hello with a token comes first, within 10 s")
    /// A moderator removed the client from the server.
    public static let removed = Disconnect(code: 4503, reason: "removed by a moderator")
    /// The client did not stop breaking the rules.
    public static let tooManyErrors = Disconnect(code: 4504, reason: "too many errors")
}
