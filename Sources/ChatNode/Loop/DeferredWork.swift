import NIOCore

/// The actor of a loop, as its parts need it.
protocol LoopHost: Actor {
    /// Starts a task that the actor waits for when it ends.
    func spawn(_ work: @escaping () async -> Void)
    /// The loop has read everything that was there.
    func endTurn()
    /// The broker has handed over events.
    func takeEvents()
}

/// Work that a shard's parts put off: into a task, to the end of the turn, to a later time.
///
/// The parts are classes inside the actor. They are not `Sendable`, so they cannot leave it, and what they do runs on its
/// loop: the functions need no `isolated` parameter, and an `async` one stays on the actor of its caller. To start a task,
/// the actor itself is needed; this class alone knows it.
final class DeferredWork {
    private let loop: any EventLoop
    private unowned var host: (any LoopHost)?
    private var isTurnEndScheduled = false

    init(_ loop: any EventLoop) { self.loop = loop }

    /// Sets the actor, which outlives its parts.
    func bind(to host: any LoopHost) { self.host = host }

    /// Starts work that waits for the broker or for a socket; the shard does not end before it.
    func start(_ work: @escaping () async -> Void) {
        let work = NIOLoopBound(work, eventLoop: self.loop)
        self.host?.assumeIsolated { $0.spawn(work.value) }
    }

    /// Starts work for a command, which is counted as under way.
    func start(for client: Client, _ work: @escaping () async -> Void) {
        client.began()
        self.start {
            await work()
            client.ended()
        }
    }

    /// Makes sure that gathered frames leave when the loop has read everything that is there now.
    func scheduleTurnEnd() {
        guard !self.isTurnEndScheduled, let host else { return }
        self.isTurnEndScheduled = true
        self.later {
            self.isTurnEndScheduled = false
            host.assumeIsolated { $0.endTurn() }
        }
    }

    /// Does something when what the loop does now is over.
    func later(_ work: @escaping () -> Void) { self.loop.assumeIsolated().execute(work) }

    /// Does something after a time.
    func later(in time: TimeAmount, _ work: @escaping () -> Void) {
        self.loop.assumeIsolated().scheduleTask(in: time, work)
    }

    /// Does something with each of many, so many of them in a turn: the first slice now, and each later one when the loop has
    /// served others.
    ///
    /// - Parameters:
    ///   - count: The most of them in a turn.
    ///   - elements: All of them; what has become of one meanwhile is for the work to see.
    ///   - work: What is done with each.
    ///   - finish: What is done after the last one.
    func inSlices<Element>(
        of count: Int,
        _ elements: [Element],
        _ work: @escaping (Element) -> Void,
        then finish: @escaping () -> Void
    ) {
        for element in elements.prefix(count) { work(element) }
        guard elements.count > count else { return finish() }
        self.start {
            for (index, element) in elements.enumerated().dropFirst(count) {
                if index.isMultiple(of: count) { await self.serveSockets() }
                work(element)
            }
            finish()
        }
    }

    /// Lets the loop look at its sockets: a task that yields is ready again at once, before them.
    func serveSockets() async { try? await Task.sleep(for: .milliseconds(1)) }
}
