internal import ChatSystem
internal import Glibc

/// Data goes to standard output, what people should know goes to standard error.
enum Output {
    /// Writes all of a text; false when nobody reads it any more.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        do throws(WriteError) {
            try Descriptor(descriptor).write(text)
            return true
        } catch {
            return false
        }
    }

    /// Waits until nobody reads the output any more: a program that prints seldom would find out late.
    ///
    /// - Returns: False when the task was cancelled first.
    static func isAbandoned() async -> Bool {
        await DescriptorWait().wait(for: STDOUT_FILENO, 0) == .ready
    }

    /// Tells people something, without disturbing the data.
    static func notice(_ text: String) { self.write("chat-cli: \(text.sanitizedLine)\n", to: STDERR_FILENO) }

    /// Lets a reader that goes away be an ordinary error of writing, not the end of the process.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
