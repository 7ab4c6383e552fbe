internal import ChatSystem
internal import ChatWords
internal import Glibc
internal import Synchronization

/// Data goes to standard output, messages for people go to standard error.
package enum Output {
    /// The reason why standard output cannot be written any more; nil while it can.
    ///
    /// A reader that went away is no failure: with `| head` the user wants no more.
    package static var failure: Int32? { self.failed.withLock(\.self) }

    private static let failed = Mutex<Int32?>(nil)

    /// Writes all of a text, however long that takes; false when it could not be written.
    @discardableResult
    package static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        do throws(WriteError) {
            try Descriptor(descriptor).write(text)
            return true
        } catch {
            self.note(error, of: descriptor)
            return false
        }
    }

    /// Writes all of a text to standard output, as ``write(_:to:)`` does; a reader that does not read delays only the
    /// task, which can be cancelled.
    ///
    /// - Returns: False when it could not be written, or when the task was cancelled first.
    package static func put(_ text: String) async -> Bool {
        var rest = Array(text.utf8)
        while true {
            do throws(WriteError) {
                try Descriptor.standardOutput.write(rest, patience: .zero)
                return true
            } catch {
                guard error.code == ETIMEDOUT else {
                    self.note(error, of: STDOUT_FILENO)
                    return false
                }
                rest.removeFirst(error.written)
            }
            if await DescriptorWait().wait(for: STDOUT_FILENO, POLLOUT) == .cancelled { return false }
        }
    }

    private static func note(_ error: WriteError, of descriptor: Int32) {
        guard descriptor == STDOUT_FILENO, !error.isBrokenPipe else { return }
        self.failed.withLock { $0 = $0 ?? error.code }
    }

    /// Waits until nobody reads the output any more: a program that prints rarely would notice late.
    ///
    /// - Returns: False when the task was cancelled first.
    package static func isAbandoned() async -> Bool {
        await DescriptorWait().wait(for: STDOUT_FILENO, 0) == .ready
    }

    /// Prints a message for people, without disturbing the data.
    package static func notice(_ text: String) { self.write("chat-cli: \(text.sanitizedLine)\n", to: STDERR_FILENO) }
}
