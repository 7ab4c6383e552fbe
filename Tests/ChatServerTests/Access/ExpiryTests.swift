import ChatWebSocket
import ChatCore
import ChatMemory
import Synchronization
import Testing
import TestSupport

/// Tokens that end while their clients wait for something.
@Suite(.patience) struct ExpiryTests {
    /// A broker in memory that does not answer who has a session until it is let go.
    private final class SlowBroker: ForwardingBroker {
        let base: any Broker = MemoryBroker.forTests()
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]?>(nil)

        /// How many wait.
        var count: Int { self.waiting.withLock { $0?.count ?? 0 } }

        /// From now on all wait.
        func hold() { self.waiting.withLock { $0 = [] } }

        /// Lets go all that wait.
        func letGo() {
            let waiting = self.waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting ?? []
            }
            for continuation in waiting { continuation.resume() }
        }

        func session(_ hash: String) async throws(BrokerError) -> User? {
            await withCheckedContinuation { continuation in
                let isHeld = self.waiting.withLock { waiting in
                    waiting?.append(continuation)
                    return waiting != nil
                }
                if !isHeld { continuation.resume() }
            }
            return try await self.base.session(hash)
        }
    }

    @Test func `a token that ends while its session is opened gets no welcome`() async throws {
        let broker = SlowBroker()
        try await TokenServer.with(broker: broker) { server in
            try await server.withClient { juno in
                try await server.withClient { mina in
                    let (first, last) = (TokenServer.token("mina", seconds: 4), TokenServer.token("juno", seconds: 5))
                    _ = try await juno.enter(last)
                    broker.hold()
                    try await mina.send(#"{"type":"hello","token":"\#(first)"}"#)
                    while broker.count == 0 { await Task.yield() }
                    // Her token has ended when the later one has.
                    #expect(try await juno.closeCode() == 4002)
                    broker.letGo()
                    let received = try await mina.receive()
                    guard case .close(let frame) = received else {
                        Issue.record("\(received) came first")
                        return
                    }
                    #expect(frame.code == 4002)
                }
            }
        }
    }
}
