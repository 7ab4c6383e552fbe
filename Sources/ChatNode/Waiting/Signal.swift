/// Lets any number of tasks of one actor wait until something happens, which may happen again and again.
///
/// A task that is cancelled goes on waiting: whoever makes a signal sees to it that it is raised.
final class Signal {
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Returns when the signal is raised next.
    func raised() async { await withCheckedContinuation { self.waiting.append($0) } }

    /// Lets everybody go on who waits now.
    func raise() {
        guard !self.waiting.isEmpty else { return }
        let waiting = self.waiting
        self.waiting = []
        for continuation in waiting { continuation.resume() }
    }
}
