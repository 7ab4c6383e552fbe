internal import Glibc

/// Data goes to standard output, what people should know goes to standard error.
enum Output {
    /// Writes all of a text; false when nobody reads it any more.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while rest.count > 0 {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, -1)
                    continue
                }
                guard count > 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
            return true
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
