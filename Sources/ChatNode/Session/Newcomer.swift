import ChatCore
import ChatHTTP
import NIOCore

/// What a connection brings when it becomes a WebSocket.
struct Newcomer {
    /// The client's address.
    var address: NetworkAddress?
    /// The answer to its handshake, which has not been sent.
    var answer: ByteBuffer
    /// The commands in its URL.
    var shorthand: ShorthandURL
    /// The token of its request, where one is needed.
    var bearer: String?
    /// The terms of its compression; nil when there is none.
    var deflate: DeflateTerms?
}
