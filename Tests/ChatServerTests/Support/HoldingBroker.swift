import ChatCore
import ChatMemory
import Synchronization

/// A broker in memory whose answers to questions for the past wait until they are let go, and are counted.
final class HoldingBroker: ForwardingBroker {
    private struct State {
        var questions = 0
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let base: any Broker = MemoryBroker.forTests()
    private let state = Mutex(State())

    /// How many questions have been asked.
    var questions: Int { self.state.withLock(\.questions) }

    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                state.questions += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        return try await self.base.log(room, before: seq, limit: limit)
    }

    /// Answers all questions, those that come later too.
    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
