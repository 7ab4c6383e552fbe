import ChatCore
import Testing

@testable import ChatRedis

/// The holders of a test that live, and the looks at their leases.
///
/// The nodes of a test look at no lease by themselves: theirs last an hour. Here they look in turns, and in each turn those who
/// live have renewed before. So whoever renews is never taken for dead, however long a busy machine takes for a turn, and
/// whoever does not is found dead after a few of them.
actor HolderLives {
    private var living: [HolderID: RedisBroker] = [:]
    private var isTurning = false
    private var isStill = false

    /// A holder renews its lease from now on.
    func begin(_ holder: HolderID, on broker: RedisBroker) { self.living[holder] = broker }

    /// A holder renews its lease no more.
    func end(_ holder: HolderID) { self.living[holder] = nil }

    /// A holder renews its lease no more, and something happens before anybody looks again.
    nonisolated func end(_ holder: HolderID, _ body: () async throws -> Void) async throws {
        try await self.rest()
        await self.end(holder)
        try await body()
        await self.goOn()
    }

    private func rest() async throws {
        self.isStill = true
        while self.isTurning { try await Task.sleep(for: .milliseconds(5)) }
    }

    private func goOn() { self.isStill = false }

    /// Lets turns pass for as long as the body runs.
    nonisolated func lead(_ nodes: [RedisBroker], _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    await self.turn(nodes)
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            try await body()
            group.cancelAll()
        }
    }

    private func turn(_ nodes: [RedisBroker]) async {
        guard !self.isStill else { return }
        self.isTurning = true
        defer { self.isTurning = false }
        for (holder, broker) in self.living {
            // Who cannot renew while Redis is away is not looked at either.
            guard let state = try? await broker.renew(holder), self.living[holder] != nil else { continue }
            #expect(state == .held)
        }
        for node in nodes { await node.look(isRegular: true) }
    }
}
