import ChatCore
import ChatSystem
import NIOCore
import NIOSSL

/// The connections of one event loop that are not WebSockets, or not yet.
///
/// It checks all of them once a second. A timer for each would cost too much for such short lives.
final class PendingConnections {
    let shard: Shard
    /// The rules for requests; a reload changes them.
    private(set) var policy: DoorPolicy
    /// The encryption of new connections; nil where there is none.
    private(set) var tls: NIOSSLContext?
    let site: HTTPSite
    let admission: Admission
    /// Counts what becomes of them; nil where only the operator connects.
    let metrics: DoorMetrics?
    /// The time as HTTP writes it.
    private(set) var date = HTTPDate.text(ofMilliseconds: WallClock.now())
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var isDraining = false
    private var vacancy: EventLoopPromise<Void>?

    init(
        shard: Shard,
        policy: DoorPolicy,
        tls: NIOSSLContext?,
        site: HTTPSite,
        admission: Admission,
        metrics: DoorMetrics?
    ) {
        self.shard = shard
        self.policy = policy
        self.tls = tls
        self.site = site
        self.admission = admission
        self.metrics = metrics
    }

    /// A connection was accepted.
    func entered(_ connection: ConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = connection
        if self.isDraining { connection.drain() }
    }

    /// A connection has become a WebSocket, or ended.
    func left(_ connection: ConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = nil
        if self.connections.isEmpty { self.vacancy.take()?.succeed() }
    }

    /// A second has passed.
    func tick() {
        self.date = HTTPDate.text(ofMilliseconds: WallClock.now())
        let now = ContinuousClock.now
        for connection in Array(self.connections.values) { connection.check(now) }
        self.shed()
    }

    /// While the node holds too much for its clients, this loop lets go of those for which it holds most.
    private func shed() {
        let buffers = self.shard.node.costs.buffers
        guard buffers.isOver else { return }
        let least = buffers.leastShed(connections: self.admission.count)
        let holders = self.connections.values.filter { $0.heldBytes >= least }
        for connection in holders.sorted(by: { $0.heldBytes > $1.heldBytes }) where buffers.excess > 0 {
            connection.shed()
        }
        self.shard.assumeIsolated { $0.shed() }
    }

    /// Other settings hold from now on, also for the next request of a connection that is here.
    func reload(_ policy: DoorPolicy, tls: NIOSSLContext?) {
        self.policy = policy
        self.tls = tls
        for connection in Array(self.connections.values) { connection.reload() }
    }

    /// The node is going away: closes every connection cleanly.
    ///
    /// - Returns: A future that completes when no connection is pending any more.
    func drain() -> EventLoopFuture<Void> {
        self.isDraining = true
        self.shard.assumeIsolated { $0.beginVacating() }
        for connection in Array(self.connections.values) { connection.drain() }
        let promise = self.shard.eventLoop.makePromise(of: Void.self)
        if self.connections.isEmpty { promise.succeed() } else { self.vacancy = promise }
        return promise.futureResult
    }
}
