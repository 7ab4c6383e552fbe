/// Lets any number of tasks of one actor wait until something happens, which may happen again and again.
///
/// A cancelled task goes on waiting: the owner of a signal must make sure that it is raised.
final class Signal {
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Returns the next time the signal is raised.
    func raised() async { await withCheckedContinuation { self.waiting.append($0) } }

    /// Resumes all tasks that wait now.
    func raise() {
        guard !self.waiting.isEmpty else { return }
        let waiting = self.waiting
        self.waiting = []
        for continuation in waiting { continuation.resume() }
    }
}
