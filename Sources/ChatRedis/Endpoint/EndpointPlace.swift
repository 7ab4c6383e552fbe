internal import ChatCore
internal import NIOCore

/// The place of an endpoint's server in the network, which may change.
///
/// It belongs to the endpoint and is used on the broker's event loop only.
final class EndpointPlace {
    private enum Kind {
        case fixed(RedisURL.Address)
        /// A server of a Cluster, for as long as it is a primary.
        case member(RedisURL.Address)
        case followed(PrimaryFinder)
    }

    private let kind: Kind
    /// Called when another server has become the primary.
    var moved: () -> Void {
        get { self.finder?.moved ?? {} }
        set { self.finder?.moved = newValue }
    }

    init(_ site: RedisEndpoint.Site) {
        self.kind =
            switch site {
            case .fixed(let address): .fixed(address)
            case .followed(let finder): .followed(finder)
            case .member(let address, _): .member(address)
            }
    }

    private var finder: PrimaryFinder? {
        guard case .followed(let finder) = self.kind else { return nil }
        return finder
    }

    /// The connections to those who know the place.
    var sentinels: [QuestionLink<SentinelQuestion>] { self.finder?.links ?? [] }

    /// The wait between attempts to connect: nobody waits for long when a new primary is announced.
    var backoff: Backoff { self.isFixed ? Backoff() : Backoff(ceiling: .seconds(1)) }

    private var isFixed: Bool {
        guard case .fixed = self.kind else { return false }
        return true
    }

    /// The address to connect to.
    ///
    /// - Throws: ``BrokerError`` when nobody says where the server is.
    func address() async throws(BrokerError) -> RedisURL.Address {
        switch self.kind {
        case .fixed(let address), .member(let address): address
        case .followed(let finder): try await finder.primary()
        }
    }

    /// Whether a server that was found there is the right one: sentinels and the servers of a Cluster may name a primary
    /// that is a replica already.
    func admits(_ introduction: RedisIntroduction) -> Bool { self.isFixed || !introduction.isReplica }

    func tick(_ now: NIODeadline) { self.finder?.tick(now) }

    func stop() { self.finder?.stop() }
}
