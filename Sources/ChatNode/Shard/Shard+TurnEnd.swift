import NIOCore

// A turn ends: the loop has read everything that was there, and what has gathered meanwhile leaves together.
extension Shard {
    /// Makes sure that gathered frames leave when the loop has read everything that is there now.
    func scheduleTurnEnd() {
        guard !self.isTurnEndScheduled else { return }
        self.isTurnEndScheduled = true
        self.loop.execute { self.assumeIsolated { $0.endTurn() } }
    }

    private func endTurn() {
        self.isTurnEndScheduled = false
        self.publishOutgoing()
        self.broadcastDue()
    }
}
