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
