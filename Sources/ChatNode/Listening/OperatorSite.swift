import ChatCore
import Hummingbird
import Logging
import NIOPosix
import ServiceLifecycle

/// The listener for the operator alone (`--admin-listen`): what is served there needs no key, so it is on an address that
/// strangers do not reach.
///
/// Its connections are on the loops of the shards, and have places of their own: it answers when the node is full, and
/// while it drains.
struct OperatorSite {
    /// The most connections: some collectors, and people who look.
    static let connections = 32
    /// The number of further ones that get a refusal.
    private static let reserve = 4

    private let address: ListenAddress
    private let intake: ConnectionIntake
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Makes the site of a node.
    ///
    /// - Parameters:
    ///   - address: The address to listen on.
    ///   - router: The routes.
    ///   - shards: The shards, on whose loops its connections are.
    ///   - node: The data that the shards share.
    ///   - policy: The rules for requests.
    ///   - onListening: Called with the port when it listens.
    init(
        _ address: ListenAddress,
        _ router: Router<ChatRequestContext>,
        shards: [Shard],
        node: NodeContext,
        policy: DoorPolicy,
        onListening: @escaping @Sendable (Int) async -> Void
    ) {
        self.address = address
        self.logger = node.logger
        self.onListening = onListening
        self.intake = ConnectionIntake(
            shards: shards,
            policy: policy,
            tls: nil,
            site: HTTPSite(router: router.buildResponder(), logger: ChatRouter.quiet(node.logger)),
            admission: Admission(maximum: Self.connections, cost: .none, reserve: Self.reserve),
            proxies: TrustedProxies(),
            expectsProxyHeader: false,
            refusals: node.costs.refusals,
            metrics: nil,
            logger: node.logger
        )
    }

    /// It listens for as long as this runs.
    func service(on group: MultiThreadedEventLoopGroup) -> some Service {
        OperatorService(
            address: self.address,
            listener: Listener(
                address: (self.address.host, self.address.port),
                socketFile: nil,
                group: group,
                intake: self.intake,
                drainDelay: .zero,
                logger: self.logger,
                onRunning: { port in
                    self.logger.info("the operator's requests are answered", metadata: ["port": "\(port)"])
                    await self.onListening(port)
                }
            )
        )
    }
}

/// The listener as a service whose errors say which address they are about.
private struct OperatorService: Service {
    let address: ListenAddress
    let listener: Listener

    func run() async throws {
        do { try await self.listener.run() } catch {
            throw ListenFailure(address: self.address.description, reason: error)
        }
    }
}
