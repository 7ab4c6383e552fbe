import DequeModule
import NIOCore

/// Lets what comes in crowds (joins, departures) take a loop in slices, between which the loop serves its sockets.
///
/// A loop looks at its sockets only when no task is ready, and a task that yields is ready again at once: without this,
/// whoever talks would wait for ten thousand others to come in. Nobody waits here in quiet times. The more wait, the longer
/// are the slices, so that most of the loop's time goes into them in the end. It belongs to one shard and is used on its
/// loop only.
final class CrowdGate {
    /// The least that pass in one slice: some 70 µs of work each.
    static let slice = 16
    /// The part of those that wait which passes as well.
    private static let part = 256
    /// The pause between two slices.
    private static let pause = TimeAmount.milliseconds(1)

    private let loop: any EventLoop
    /// How many may still pass in this slice.
    private var left = slice
    /// Whether a slice has begun, and the pause behind it is not over.
    private var isUnderWay = false
    private var waiting: Deque<CheckedContinuation<Void, Never>> = []

    init(on loop: any EventLoop) { self.loop = loop }

    /// The number of joins that have been announced and have not passed.
    ///
    /// It has no bound here: whoever lets strangers in gives it one.
    private(set) var announced = 0

    /// A join will pass; ``passAnnounced()`` follows.
    func announce() { self.announced += 1 }

    /// Returns when it is the turn of a join that was announced.
    func passAnnounced() async {
        await self.pass()
        self.announced -= 1
    }

    /// Returns when it is the caller's turn, in the order of the calls.
    func pass() async {
        guard self.waiting.isEmpty, self.left > 0 else {
            return await withCheckedContinuation { self.waiting.append($0) }
        }
        self.left -= 1
        self.endSlice()
    }

    /// Begins the pause behind those who have just begun, and then the next slice.
    private func endSlice() {
        guard !self.isUnderWay else { return }
        self.isUnderWay = true
        let loop = self.loop.assumeIsolated()
        // Tasks that are ready run first, and the loop serves its sockets when there is none.
        loop.execute { loop.scheduleTask(in: Self.pause) { self.beginSlice() } }
    }

    private func beginSlice() {
        self.isUnderWay = false
        let count = min(Self.slice + self.waiting.count / Self.part, self.waiting.count)
        self.left = max(0, Self.slice - count)
        guard count > 0 else { return }
        for _ in 0..<count { self.waiting.removeFirst().resume() }
        self.endSlice()
    }
}
