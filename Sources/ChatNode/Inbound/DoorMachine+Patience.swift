extension DoorMachine {
    /// The time limits for a peer.
    enum Patience {
        /// For the whole handshake of TLS.
        static let securing: Duration = .seconds(10)
        /// Until the next request.
        ///
        /// Proxies must close before the server does, or a request meets a connection that is just
        /// being closed and is answered by 502: nginx keeps one for 60 s, Caddy for 120 s.
        static let idle: Duration = .seconds(130)
        /// For a body, beyond what ``bodyRate`` gives.
        static let body: Duration = .seconds(10)
        /// The least bytes of a body in a second.
        static let bodyRate = 1024
        /// For taking more of an answer.
        static let answer: Duration = .seconds(30)
        /// The least bytes of an answer in a second, over that time.
        static let answerRate = 1024
        /// For taking the last answer and closing.
        static let lingering: Duration = .seconds(5)
        /// For requests under way when the node shuts down.
        static let draining: Duration = .seconds(5)
    }
}
