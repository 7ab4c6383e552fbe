internal import ChatCore

/// The connections that are to be kept, as they come: those of a Cluster are as many as it has servers.
///
/// It belongs to the broker and is used on its event loop only.
final class KeptLinks {
    /// The most that wait to be begun: more than there can be.
    private static let limit = 8 * ClusterView.mostServers

    /// The numbers of the links, each once.
    let numbers: AsyncStream<Int>
    private let source: AsyncStream<Int>.Continuation
    private var links: [Int: any KeptLink] = [:]
    private var last = 0

    init() { (self.numbers, self.source) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit)) }

    func add(_ link: any KeptLink) {
        self.last += 1
        self.links[self.last] = link
        self.source.yield(self.last)
    }

    /// Adds all connections of an endpoint.
    func add(_ endpoint: RedisEndpoint) {
        for role in endpoint.roles { self.add(RoleLink(endpoint, role)) }
        for sentinel in endpoint.sentinels { self.add(sentinel) }
    }

    /// Keeps a link until the task is cancelled, or nobody needs it any more.
    ///
    /// - Parameters:
    ///   - number: Its number.
    ///   - onCancel: Called when the task is cancelled while the connection is open.
    func keep(_ number: Int, onCancel: @escaping @Sendable () -> Void) async {
        guard let link = self.links[number] else { return }
        await link.keepConnected(onCancel: onCancel)
        self.links[number] = nil
    }
}

/// One of an endpoint's connections.
private final class RoleLink: KeptLink {
    private let endpoint: RedisEndpoint
    private let role: RedisChannelHandler.Role

    init(_ endpoint: RedisEndpoint, _ role: RedisChannelHandler.Role) { (self.endpoint, self.role) = (endpoint, role) }

    func keepConnected(onCancel: @escaping @Sendable () -> Void) async {
        await self.endpoint.keepConnected(self.role, onCancel: onCancel)
    }
}
