import ChatCore
import ChatMemory
import ChatWebSocket
import Synchronization
import Testing
import TestSupport

/// Tokens that end while their clients wait for something.
@Suite(.patience) struct ExpiryTests {
    /// A broker in memory that does not answer who has a session until it is let go.
    private final class SlowBroker: ForwardingBroker {
        private enum State {
            case open
            case held([CheckedContinuation<Void, Never>])
        }

        let base: any Broker = MemoryBroker.forTests()
        private let state = Mutex(State.open)

        /// From now on all wait.
        func hold() { self.state.withLock { $0 = .held([]) } }

        /// Lets go all that wait.
        ///
        /// - Returns: How many they were.
        func letGo() -> Int {
            let waiting: [CheckedContinuation<Void, Never>] = self.state.withLock { state in
                guard case .held(let waiting) = state else { return [] }
                state = .open
                return waiting
            }
            for continuation in waiting { continuation.resume() }
            return waiting.count
        }

        func session(_ hash: String) async throws(BrokerError) -> User? {
            await withCheckedContinuation { continuation in
                let isHeld = self.state.withLock { state in
                    guard case .held(let waiting) = state else { return false }
                    state = .held(waiting + [continuation])
                    return true
                }
                if !isHeld { continuation.resume() }
            }
            return try await self.base.session(hash)
        }
    }

    @Test func `a token that ends while its session is opened gets no welcome`() async throws {
        let broker = SlowBroker()
        try await TokenServer.with(broker: broker) { server in
            // A machine may be so busy that the token has ended before anybody looks at it: then it gets more time.
            for seconds in [3, 12, 48, 192] {
                let token = TokenServer.token("mina", seconds: seconds)
                broker.hold()
                async let waited = Self.letGo(broker, after: .seconds(seconds + 1))
                try await server.withClient { mina in
                    try await mina.send(#"{"type":"hello","token":"\#(token)"}"#)
                    let received = try await mina.receive()
                    guard case .close(let frame) = received else {
                        Issue.record("\(received) came first")
                        return
                    }
                    #expect(frame.code == 4002)
                }
                if try await waited > 0 { return }
            }
            Issue.record("the broker was never asked for the session")
        }
    }

    /// Lets go all that wait at a time when the token has ended.
    private static func letGo(_ broker: SlowBroker, after time: Duration) async throws -> Int {
        try await Task.sleep(for: time)
        return broker.letGo()
    }
}
