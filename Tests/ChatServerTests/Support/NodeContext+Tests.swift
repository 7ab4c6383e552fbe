import ChatCore
import ChatIdentity
import Logging
import NIOPosix

@testable import ChatNode

extension NodeContext {
    /// The data of an open node with this broker, for shards and parts of them that a test makes itself.
    static func forTests(_ broker: any Broker) -> NodeContext {
        let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return NodeContext(
            name: "n",
            settings: ReloadableConfiguration(NodeConfiguration()),
            broker: broker,
            authorizer: Authorizer(
                IdentityConfiguration(),
                group: MultiThreadedEventLoopGroup.singleton,
                logger: silence
            ),
            admission: Admission(maximum: nil, cost: .none, reserve: 0),
            costs: CostGuard(Limits(), metrics: MetricsRegistry()),
            metrics: MetricsRegistry(),
            logger: silence,
            flushWindow: .zero
        )
    }
}
