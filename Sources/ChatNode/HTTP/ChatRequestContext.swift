import Hummingbird
import NIOCore

/// The request context: Hummingbird's data, and the source of the request.
struct ChatRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the peer, without its port.
    let address: String?

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.address = source.channel.remoteAddress?.ipAddress
    }
}
