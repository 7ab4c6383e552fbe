/// The times that a peer has for each step at the door.
package struct DoorPatience: Sendable {
    /// For the first byte, and for the rest of a head after its first byte.
    package var head: Duration = .seconds(15)
    /// For the whole handshake of TLS.
    package var securing: Duration = .seconds(10)
    /// Until the next request.
    ///
    /// Proxies must close before the server does, or a request meets a connection that is just
    /// being closed and is answered by 502: nginx keeps one for 60 s, Caddy for 120 s.
    package var idle: Duration = .seconds(130)
    /// For a body, beyond what ``bodyRate`` gives.
    package var body: Duration = .seconds(10)
    /// For taking more of an answer.
    package var answer: Duration = .seconds(30)
    /// For taking the last answer and closing.
    package var lingering: Duration = .seconds(5)
    /// For requests under way when the node shuts down.
    package var draining: Duration = .seconds(5)

    /// The least bytes of a body in a second.
    static let bodyRate = 1024
    /// The least bytes of an answer in a second, over ``answer``.
    static let answerRate = 1024

    package init() {}
}
