internal import ChatCore
internal import Logging
internal import NIOCore

/// The place of an endpoint's server in the network, which may change.
///
/// It belongs to the endpoint and is used on the broker's event loop only.
final class EndpointPlace {
    private enum Kind {
        case fixed(RedisURL.Address)
        case followed(PrimaryFinder)
    }

    private let kind: Kind
    /// Called when another server has become the primary.
    var moved: () -> Void {
        get { self.finder?.moved ?? {} }
        set { self.finder?.moved = newValue }
    }

    /// Makes the place that a URL names.
    ///
    /// - Throws: An error when TLS cannot be set up.
    init(_ configuration: RedisConfiguration, on eventLoop: any EventLoop, logger: Logger) throws {
        switch configuration.url.target {
        case .server(let address): self.kind = .fixed(address)
        case .primary(let name, let sentinels):
            let finder = try PrimaryFinder(name, sentinels: sentinels, configuration, on: eventLoop, logger: logger)
            self.kind = .followed(finder)
        }
    }

    private var finder: PrimaryFinder? {
        guard case .followed(let finder) = self.kind else { return nil }
        return finder
    }

    /// The connections to those who know the place.
    var sentinels: [SentinelLink] { self.finder?.links ?? [] }

    /// The wait between attempts to connect: nobody waits for long when a new primary is announced.
    var backoff: Backoff { self.finder == nil ? Backoff() : Backoff(ceiling: .seconds(1)) }

    /// The address to connect to.
    ///
    /// - Throws: ``BrokerError`` when nobody says where the server is.
    func address() async throws(BrokerError) -> RedisURL.Address {
        switch self.kind {
        case .fixed(let address): address
        case .followed(let finder): try await finder.primary()
        }
    }

    /// Whether a server that was found there is the right one: sentinels may name a primary that is a replica already.
    func admits(_ introduction: RedisIntroduction) -> Bool { self.finder == nil || !introduction.isReplica }

    func tick(_ now: NIODeadline) { self.finder?.tick(now) }

    func stop() { self.finder?.stop() }
}
