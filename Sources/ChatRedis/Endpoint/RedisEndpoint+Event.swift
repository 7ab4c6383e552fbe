internal import ChatCore
internal import NIOCore

extension RedisEndpoint {
    /// The events of an endpoint for its owner.
    enum Event {
        /// Commands go over a new connection from now on. A different run of Redis may have lost some data.
        case began(isAnotherRun: Bool)
        /// The connection for storing messages is up: nothing is stored until the logs have been compared.
        case mayCompare
        /// The subscriptions are confirmed; messages between nodes in the meantime were missed.
        case mayHear
        /// The status has changed.
        case changed(ServerStatus, detail: String)
        /// A server of a Cluster has not got this slot, or says so: it is elsewhere.
        case redirected(Redirection)
        /// Something was published on the channel that all nodes listen to.
        case control(ByteBuffer)
        /// A list of servers came, or holds, or is nearer to that.
        case listed
        /// All answers that one read of a socket brought have been handled.
        case answered
        /// All publications that one read of a socket brought have been handled.
        case heard
    }
}
