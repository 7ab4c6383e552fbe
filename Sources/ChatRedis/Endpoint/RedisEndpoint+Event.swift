internal import ChatCore
internal import NIOCore

extension RedisEndpoint {
    /// What an endpoint tells its owner.
    enum Event {
        /// Commands go over a new connection from now on. Another run of Redis may have lost some of what it was told.
        case began(isAnotherRun: Bool)
        /// The connection stands over which messages are stored: nothing is until the logs have been compared.
        case mayCompare
        /// The subscriptions stand; what nodes told each other meanwhile was missed.
        case mayHear
        /// How it is has changed.
        case changed(ServerStatus, detail: String)
        /// Something was published on the channel that all nodes listen to.
        case control(ByteBuffer)
        /// All answers that one read of a socket brought have been dealt with.
        case answered
        /// All publications that one read of a socket brought have been dealt with.
        case heard
    }
}
