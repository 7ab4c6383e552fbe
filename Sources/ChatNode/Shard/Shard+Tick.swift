import NIOCore

// A tick: the loop has read everything that was there, and what has gathered meanwhile leaves together.
extension Shard {
    /// Makes sure that gathered frames leave when the loop has read everything that is there now.
    func scheduleTick() {
        guard !self.isTickScheduled else { return }
        self.isTickScheduled = true
        self.loop.execute { self.assumeIsolated { $0.tick() } }
    }

    private func tick() {
        self.isTickScheduled = false
        self.publishOutgoing()
        self.broadcastDue()
    }
}
