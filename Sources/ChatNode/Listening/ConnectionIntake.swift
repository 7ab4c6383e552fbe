import ChatCore
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The way in: gives each accepted connection its handler and its place, on its event loop.
final class ConnectionIntake: Sendable {
    private let pending: [ObjectIdentifier: NIOLoopBoundBox<PendingConnections>]
    private let admission: Admission
    private let proxies: TrustedProxies
    private let expectsProxyHeader: Bool
    private let refusals: RefusalMetrics
    private let logger: Logger
    private let ticking = Mutex<[RepeatedTask]>([])
    private let pacer = Mutex(AcceptPacer())
    private let proxyPacer = Mutex(AcceptPacer())

    /// Makes an empty set of pending connections for the loop of each shard.
    ///
    /// - Parameters:
    ///   - shards: The shards.
    ///   - policy: The rules for requests.
    ///   - tls: The certificate that connections are encrypted with; nil: they are not.
    ///   - site: The HTTP side.
    ///   - admission: The places for connections.
    ///   - proxies: The proxies that connect for others.
    ///   - expectsProxyHeader: Whether those begin with a header of the PROXY protocol.
    ///   - refusals: Counts connections that do not.
    ///   - metrics: Counts what becomes of connections; nil where only the operator connects.
    ///   - logger: The log.
    init(
        shards: [Shard],
        policy: DoorPolicy,
        tls: NIOSSLContext?,
        site: HTTPSite,
        admission: Admission,
        proxies: TrustedProxies,
        expectsProxyHeader: Bool,
        refusals: RefusalMetrics,
        metrics: MetricsRegistry?,
        logger: Logger
    ) {
        let pairs = shards.map { shard in
            let pending = PendingConnections(
                shard: shard,
                policy: policy,
                tls: tls,
                site: site,
                admission: admission,
                metrics: metrics.map { DoorMetrics(shard: String(shard.index), of: $0) }
            )
            return (
                ObjectIdentifier(shard.eventLoop),
                NIOLoopBoundBox.makeBoxSendingValue(pending, eventLoop: shard.eventLoop)
            )
        }
        self.pending = Dictionary(uniqueKeysWithValues: pairs)
        self.admission = admission
        self.proxies = proxies
        self.expectsProxyHeader = expectsProxyHeader
        self.refusals = refusals
        self.logger = logger
    }

    /// A connection was accepted that must be closed at once.
    struct NoPlace: Error {}

    /// Gives an accepted connection its handler, on its loop and before its first read.
    ///
    /// - Throws: ``NoPlace`` when there is not even a place to send a refusal.
    func receive(_ channel: any Channel) throws {
        guard let pending = self.pending[ObjectIdentifier(channel.eventLoop)]?.value else { throw NoPlace() }
        let place: Admission.Place
        var refusal: Disconnect?
        let address = NetworkAddress(channel.remoteAddress)
        let isProxy = self.proxies.contains(address)
        switch self.admission.enter(isProxy ? nil : address?.block, isProxy: isProxy, now: .now) {
        case .admitted(let admitted):
            place = admitted
            pending.metrics?.count(DoorMetrics.Accept.admitted)
        case .turnedAway(let admitted, let reason):
            place = admitted
            refusal = reason
            pending.metrics?.count(DoorMetrics.Accept.turnedAway)
            self.tell(reason.reason)
        case .closed(let reason):
            pending.metrics?.count(DoorMetrics.Accept.closed)
            self.tell(reason.reason)
            throw NoPlace()
        }
        let handler = ConnectionHandler(pending: pending, place: place, address: address, refusal: refusal)
        // From here on, the handler gives the place back on any failure.
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
        let isSecure = pending.tls != nil
        try ReadBuffers.attach(to: channel, isSecure: isSecure)
        // First comes what a proxy says of the peer, then the encryption, then the door.
        if isProxy, self.expectsProxyHeader {
            try channel.pipeline.syncOperations.addHandler(
                ProxyHeaderHandler { [refusals] reason in
                    refusals.count(.proxyHeader)
                    self.tellOfProxy(address, reason)
                }
            )
        }
        if isSecure { try channel.pipeline.syncOperations.addHandler(TLSGate(pending: pending)) }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func tell(_ reason: String) {
        guard self.pacer.withLock({ $0.isTold(.now) }) else { return }
        self.logger.warning("connections are turned away: \(reason)")
    }

    private func tellOfProxy(_ address: NetworkAddress?, _ reason: String) {
        guard self.proxyPacer.withLock({ $0.isTold(.now) }) else { return }
        let proxy = address?.description ?? "a trusted proxy"
        self.logger.warning("\(proxy) is trusted and sends no header of the PROXY protocol: \(reason)")
    }

    /// Other settings hold from now on; returns when every loop has them.
    func reload(_ policy: DoorPolicy, tls: NIOSSLContext?) async {
        for pending in self.pending.values {
            // A loop that is gone needs no settings.
            try? await pending.eventLoop.submit { pending.value.reload(policy, tls: tls) }.get()
        }
    }

    /// Begins to check the pending connections each second.
    func open() {
        let tasks = self.pending.values.map { pending in
            pending.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                pending.value.tick()
            }
        }
        self.ticking.withLock { $0 = tasks }
    }

    /// Admits nobody any more, and returns when no connection is pending.
    func close() async {
        self.admission.beginDraining()
        let vacancies = self.pending.values.map { pending in pending.eventLoop.flatSubmit { pending.value.drain() } }
        for vacancy in vacancies { try? await vacancy.get() }
        for task in self.ticking.withLock({ $0 }) { task.cancel() }
    }
}
