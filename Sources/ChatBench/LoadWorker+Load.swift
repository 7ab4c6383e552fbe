internal import Glibc
internal import NIOCore

/// The load, and its figures.
extension LoadWorker {
    /// Begins to send.
    ///
    /// - Parameters:
    ///   - start: The due time of message 0.
    ///   - interval: The measured interval.
    func load(from start: Int, measuring interval: Range<Int>) {
        self.meter.interval = interval
        self.isSending = true
        switch self.plan.pace {
        case .rate(let rate):
            let numbers = self.senders.compactMap { self.clients[$0].sender }
            let count = self.plan.senderCount
            self.schedule = OpenSchedule(rate: rate, senderCount: count, senders: numbers, start: start)
            self.tick()
        case .window: for client in self.senders { self.refill(client, Self.now, flushing: true) }
        }
    }

    /// Ends the sending, and the measuring if that is still going on.
    func stop(at end: Int) {
        // Messages that were due before that still go out, however late the generator is.
        self.sendDue(now: end - 1)
        self.isSending = false
        let lower = min(self.meter.interval.lowerBound, end)
        self.meter.interval = lower..<min(self.meter.interval.upperBound, end)
    }

    private func tick() {
        guard self.isSending else { return }
        self.sendDue(now: Self.now)
        guard let due = self.schedule?.nextDue else { return }
        self.wake(at: due) { $0.tick() }
    }

    private func sendDue(now: Int) {
        while let (sender, due) = self.schedule?.next(now: now) {
            let client = self.senders[sender]
            self.clients[client].send(due: due, now: Self.now, &self.meter, &self.out)
            self.flush(client)
        }
    }

    func refill(_ client: Int, _ now: Int, flushing: Bool = false) {
        let later = self.clients[client].refill(now: now, &self.meter, &self.out)
        if let later, self.resting.insert(client).inserted {
            self.wake(at: later) {
                $0.resting.remove(client)
                if $0.isSending { $0.refill(client, Self.now, flushing: true) }
            }
        }
        if flushing { self.flush(client) }
    }

    private func wake(at time: Int, _ body: @escaping @Sendable (isolated LoadWorker) -> Void) {
        self.loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(time))) { self.assumeIsolated(body) }
    }

    // MARK: The end

    /// The number of deliveries so far, and of connections.
    func counts() -> (delivered: Int, living: Int) { (self.meter.delivered, self.living) }

    /// The highest number that is known of each room.
    func heads() -> [Int: Int] { self.meter.heads }

    private var living: Int { self.clients.count { $0.stage == .joined } }

    /// Processor time of this loop's thread, in nanoseconds.
    func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// The number of messages and answers that are still to come.
    func outstanding(_ heads: [Int: Int]) -> (messages: Int, answers: Int) {
        self.clients.reduce(into: (0, 0)) { sum, client in
            sum.0 += client.missing(upTo: heads[client.room] ?? 0)
            sum.1 += client.isAnswered || client.stage == .ended ? 0 : 1
        }
    }

    /// Closes every connection and returns the counts.
    func finish() -> LoadMeter {
        self.meter.living = self.living
        for client in self.clients.indices {
            self.clients[client].leave(&self.out)
            self.flush(client)
            self.channels[client]?.close(promise: nil)
            self.channels[client] = nil
        }
        return self.meter
    }
}
