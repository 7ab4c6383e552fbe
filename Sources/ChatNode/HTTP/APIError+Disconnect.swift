import ChatCore
import HTTPTypes
import Hummingbird
import NIOCore

extension APIError {
    /// The answer to a request for a stream that ends before it has begun.
    ///
    /// - Parameters:
    ///   - disconnect: Why.
    ///   - milliseconds: The time after which its client may come back; nil where none was chosen for it.
    init(_ disconnect: Disconnect, retryMilliseconds milliseconds: Int?) {
        switch disconnect.code {
        case Disconnect.tokenExpired.code, Disconnect.unauthorized.code, Disconnect.helloMissing.code:
            let error = ProtocolError(.unauthorized, disconnect.reason)
            self = .unauthorized(error, #"Bearer error="invalid_token""#)
        case Disconnect.removed.code: self.init(ProtocolError(.banned, disconnect.reason))
        default:
            let wait = milliseconds ?? .random(in: 1000...5000)
            self.init(.unavailable(disconnect.reason, retryMilliseconds: wait))
        }
    }

    /// The bytes of the answer, after which the connection is closed.
    ///
    /// - Parameter time: The time, in milliseconds since the Unix epoch.
    /// - Returns: Its head and its body.
    func lastAnswer(at time: Int) -> ByteBuffer {
        let date = HTTPDate.text(ofMilliseconds: time)
        var answer = ByteBuffer()
        for part in ResponseEncoder.encode(self.response.head, self.body, isHead: false, isLast: true, date: date) {
            answer.writeImmutableBuffer(part)
        }
        return answer
    }
}
