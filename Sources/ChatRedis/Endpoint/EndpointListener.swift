internal import ChatCore
internal import NIOCore

/// Receives the events of an endpoint's subscriptions; each call returns at once.
protocol EndpointListener: AnyObject {
    /// Something was published on a channel; returns whether the channel is one of the listener's.
    func published(_ payload: ByteBuffer, on channel: ChannelName) -> Bool
    /// From now on, everything that is published on the channel arrives.
    func isHeard(_ channel: ChannelName)
    /// Redis has ended the subscription of the channel, since its slot has moved.
    func isUnheard(_ channel: ChannelName)
    /// Redis refuses the subscription of the channel.
    func refused(_ channel: ChannelName, _ reason: BrokerError)
    /// No publications of this server arrive any more, until ``isHeard(_:)`` is called for each channel.
    func subscriptionsLost(at endpoint: RedisEndpoint)
}
