import ChatCore

/// Finds clients that do not take the bytes that wait for them.
final class StallChecks {
    private let endings: Endings
    private let held: HeldBytes
    private let state: LoopState
    private let timers: LoopTimers

    init(_ base: LoopBase, _ endings: Endings, _ held: HeldBytes) {
        (self.state, self.timers) = (base.state, base.timers)
        (self.endings, self.held) = (endings, held)
    }

    /// Checks from now on whether the client takes the bytes that wait for it.
    func watch(_ client: Client) {
        guard !client.isWatched, client.port.waiting > 0 else { return }
        client.isWatched = true
        self.timers.schedule(.stall(client.id), after: self.state.limits.stallTimeout / 10)
    }

    /// Disconnects a client that has not taken its bytes for too long.
    func check(_ client: Client, _ now: ContinuousClock.Instant) {
        client.isWatched = false
        self.held.account(for: client)
        let (taken, waiting) = (client.port.taken, client.port.waiting)
        guard let disconnect = client.stall.check(taken: taken, waiting: waiting, now: now) else {
            return self.watch(client)
        }
        self.endings.close(client, disconnect)
    }
}
