internal import Dispatch
internal import Glibc

/// Waits for a file descriptor on a separate thread; cancelling the task ends the wait.
///
/// One task at a time.
package final class DescriptorWait: Sendable {
    private let queue = DispatchQueue(label: "descriptor")
    private let wakeRead: Int32
    private let wakeWrite: Int32

    package init() {
        var descriptors: [Int32] = [-1, -1]
        pipe(&descriptors)
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        self.wakeRead = descriptors[0]
        self.wakeWrite = descriptors[1]
    }

    deinit {
        close(self.wakeRead)
        close(self.wakeWrite)
    }

    /// The reason why the wait ended.
    package enum Outcome: Sendable {
        case ready
        case timeout
        /// The task was cancelled.
        case cancelled
    }

    /// Waits until the descriptor is ready, or until the other side is gone.
    ///
    /// - Parameters:
    ///   - descriptor: The descriptor.
    ///   - events: The events to wait for; 0 waits for the other side to go.
    ///   - milliseconds: The longest time to wait; nil: no bound.
    /// - Returns: The reason why the wait ended.
    package func wait(for descriptor: Int32, _ events: Int32, within milliseconds: Int32? = nil) async -> Outcome {
        self.forgetCancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.queue.async { continuation.resume(returning: self.poll(descriptor, events, milliseconds ?? -1)) }
            }
        } onCancel: {
            _ = write(self.wakeWrite, [0], 1)
        }
    }

    /// Removes the signal that a cancellation of an earlier task has left, which does not concern this one.
    private func forgetCancellation() {
        var bytes = [UInt8](repeating: 0, count: 16)
        while read(self.wakeRead, &bytes, bytes.count) > 0 {}
    }

    private func poll(_ descriptor: Int32, _ events: Int32, _ milliseconds: Int32) -> Outcome {
        var waiting = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: self.wakeRead, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = Glibc.poll(&waiting, 2, milliseconds)
            if count < 0, errno == EINTR { continue }
            if waiting[1].revents != 0 { return .cancelled }
            return count == 0 ? .timeout : .ready
        }
    }
}
