package import ChatClient
internal import ChatCore
package import ChatWords

/// A run of all clients, from the first connection to the history.
package struct VerifyRun: Sendable {
    package let plan: VerifyPlan
    private let clients: [VerifyClient]

    package init(_ plan: VerifyPlan) throws(ClientError) {
        self.plan = plan
        var clients: [VerifyClient] = []
        for index in 0..<plan.clients { clients.append(try VerifyClient(index, plan)) }
        self.clients = clients
    }

    /// The current state of the run.
    package struct Progress: Sendable {
        package var phase: Sentence
        package var elapsed: Duration
        package var sent: Int
        package var acknowledged: Int
        package var received: Int
    }

    /// Lets the clients talk for the time of the plan, and then stop.
    ///
    /// - Parameter progress: Called twice a second with the progress of the run.
    /// - Returns: The actions and observations of each client.
    package func history(_ progress: @escaping @Sendable (Progress) -> Void) async -> WireHistory {
        await withTaskGroup(of: Void.self) { group in
            for client in self.clients {
                group.addTask { await client.run() }
                group.addTask { await client.listen() }
            }
            await self.during(Sentence("talking"), progress) { await self.talk() }
            await self.during(Sentence("settling"), progress) { await self.settle() }
            var history = WireHistory()
            for client in self.clients { history.clients.append(await client.history()) }
            for client in self.clients { await client.client.close() }
            await group.waitForAll()
            return history
        }
    }

    private func talk() async {
        await withTaskGroup(of: Void.self) { group in
            for client in self.clients { group.addTask { await client.act() } }
            try? await Task.sleep(for: self.plan.duration)
            group.cancelAll()
        }
    }

    /// First all sent messages are stored, then every client comes back and gets them: a client that came back earlier
    /// could not.
    private func settle() async {
        let deadline = ContinuousClock.now + self.plan.settling
        await self.all { await $0.becomeQuiet(until: deadline - self.plan.settling / 3) }
        await self.all { await $0.resume(until: deadline) }
        while ContinuousClock.now < deadline, !ClientProgress.areEven(self.clients.map { $0.seen(\.standing) }) {
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func all(_ body: @escaping @Sendable (VerifyClient) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for client in self.clients { group.addTask { await body(client) } }
        }
    }

    private func during(
        _ phase: Sentence,
        _ progress: @escaping @Sendable (Progress) -> Void,
        _ body: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let start = ContinuousClock.now
                while !Task.isCancelled {
                    let counts = self.clients.map { client in
                        client.seen {
                            (sent: $0.sentCount, acknowledged: $0.acknowledgedCount, received: $0.receivedCount)
                        }
                    }
                    progress(
                        Progress(
                            phase: phase,
                            elapsed: .now - start,
                            sent: counts.reduce(0) { $0 + $1.sent },
                            acknowledged: counts.reduce(0) { $0 + $1.acknowledged },
                            received: counts.reduce(0) { $0 + $1.received }
                        )
                    )
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
            await body()
            group.cancelAll()
        }
    }
}
