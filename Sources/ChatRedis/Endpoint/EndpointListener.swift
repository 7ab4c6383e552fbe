internal import ChatCore
internal import NIOCore

/// Who is told what an endpoint's subscriptions bring; each call returns at once.
protocol EndpointListener: AnyObject {
    /// Something was published on a channel; tells whether it is one of the listener's.
    func published(_ payload: ByteBuffer, on channel: ChannelName) -> Bool
    /// From now on, everything that is published on the channel arrives.
    func isHeard(_ channel: ChannelName)
    /// Redis refuses to let the channel be subscribed.
    func refused(_ channel: ChannelName, _ reason: BrokerError)
    /// Nothing that is published arrives any more, until ``isHeard(_:)`` says so of each channel.
    func subscriptionsLost()
}

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
