import ChatCore
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Which requests become WebSockets, and what lives behind them.
struct UpgradeRoutes: Sendable {
    let shards: [ObjectIdentifier: Shard]
    let admission: Admission
    let policy: WebSocketAdmission
    let maximumMessageBytes: Int
    let hasEcho: Bool

    /// The server that upgrades them.
    var server: HTTPServerBuilder {
        HTTPServerBuilder { responder in
            WebSocketUpgrade(
                responder: responder,
                admit: self.admits,
                headers: self.policy.responseHeaders,
                didUpgrade: self.didUpgrade,
                idleTimeout: .seconds(60)
            )
        }
    }

    private func admits(_ head: HTTPRequestHead) -> Bool {
        switch head.path {
        case "/ws": self.policy.check(head.header) == nil
        case "/echo": self.hasEcho
        default: false
        }
    }

    private func didUpgrade(_ channel: any Channel, _ head: HTTPRequestHead) throws {
        let pipeline = channel.pipeline.syncOperations
        guard head.path == "/ws" else {
            return try pipeline.addHandler(EchoHandler(maximumMessageBytes: self.maximumMessageBytes))
        }
        guard let shard = self.shards[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a connection on a loop without a shard")
        }
        switch self.admission.enter(channel.remoteAddress?.ipAddress) {
        case .admitted(let place):
            let greeting = Greeting(query: head.query)
            try pipeline.addHandler(ConnectionHandler(shard: shard, place: place, greeting: greeting))
        case .refused(let reason): try pipeline.addHandler(RefusalHandler(reason))
        }
    }
}
