import ChatCore
import Hummingbird
import NIOCore

/// The request context: Hummingbird's data, and the source of the request.
struct ChatRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's address; nil for one without.
    var address: NetworkAddress?

    init(source: Source) {
        self.coreContext = .init(source: source)
    }
}
