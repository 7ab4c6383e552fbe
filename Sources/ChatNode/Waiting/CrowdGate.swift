import DequeModule
import NIOCore

/// Lets what comes in crowds (joins, departures) take a loop in slices, between which the loop serves its sockets.
///
/// A loop looks at its sockets only when no task is ready, and a task that yields is ready again at once: without this,
/// whoever talks would wait for ten thousand others to come in. Nobody waits here in quiet times. It belongs to one shard
/// and is used on its loop only.
final class CrowdGate {
    /// The most that pass in one slice: some 70 µs of work each.
    static let slice = 16
    /// The pause between two slices.
    static let pause = TimeAmount.milliseconds(1)

    private let loop: any EventLoop
    private var begun = NIODeadline.uptimeNanoseconds(0)
    private var left = slice
    private var waiting: Deque<CheckedContinuation<Void, Never>> = []

    init(on loop: any EventLoop) { self.loop = loop }

    /// Returns when it is the caller's turn, in the order of the calls.
    func pass() async {
        if self.waiting.isEmpty {
            let now = NIODeadline.now()
            if now - self.begun >= Self.pause { (self.begun, self.left) = (now, Self.slice) }
            guard self.left == 0 else { return self.left -= 1 }
        }
        await withCheckedContinuation { continuation in
            self.waiting.append(continuation)
            if self.waiting.count == 1 { self.scheduleSlice() }
        }
    }

    private func scheduleSlice() {
        self.loop.assumeIsolated().scheduleTask(in: Self.pause) {
            for _ in 0..<Self.slice { self.waiting.popFirst()?.resume() }
            (self.begun, self.left) = (.now(), 0)
            // Behind those that have just begun: the pause comes after their work.
            self.loop.assumeIsolated().execute { if !self.waiting.isEmpty { self.scheduleSlice() } }
        }
    }
}
