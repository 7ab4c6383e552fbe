internal import Glibc

/// An open file, pipe, terminal or socket of the process: the one way in which both programs write to one.
///
/// `FileHandle.write` ends the process when a line cannot be written; here that is an error like others.
package struct Descriptor: Sendable {
    package static let standardOutput = Descriptor(STDOUT_FILENO)
    package static let standardError = Descriptor(STDERR_FILENO)

    /// The number of bytes that a ready pipe takes without blocking (`PIPE_BUF` in limits.h).
    private static let pipeBuffer = 4096

    private let number: CInt

    package init(_ number: CInt) { self.number = number }

    /// Writes all of a text.
    ///
    /// - Parameters:
    ///   - text: Written as UTF-8.
    ///   - patience: The longest time that a reader that does not read may delay this; nil: no bound.
    /// - Throws: ``WriteError`` when nobody reads any more, the disk is full, or the time is over.
    package func write(_ text: String, patience: Duration? = nil) throws(WriteError) {
        var text = text
        let end = patience.map { ContinuousClock.now + $0 }
        let failure: WriteError? = text.withUTF8 { bytes in
            do throws(WriteError) {
                try self.write(UnsafeRawBufferPointer(bytes), until: end)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Writes all of some bytes, as ``write(_:patience:)`` does; with a patience of zero, only the bytes that fit at
    /// once.
    package func write(_ bytes: [UInt8], patience: Duration) throws(WriteError) {
        let end = ContinuousClock.now + patience
        let failure: WriteError? = bytes.withUnsafeBytes { bytes in
            do throws(WriteError) {
                try self.write(bytes, until: end)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer,
        until end: ContinuousClock.Instant?
    ) throws(WriteError) {
        var rest = bytes
        while !rest.isEmpty {
            var length = rest.count
            if let end {
                guard self.isReady(until: end) else { throw WriteError(ETIMEDOUT, bytes.count - rest.count) }
                length = min(length, Self.pipeBuffer)
            }
            let count = Glibc.write(self.number, rest.baseAddress, length)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if count < 0, errno == EAGAIN {
                // Another program has made the terminal or pipe non-blocking, which affects all programs that share it.
                if end == nil { _ = self.isReady(until: nil) }
            } else if count == 0 || errno != EINTR {
                throw WriteError(count == 0 ? EIO : errno, bytes.count - rest.count)
            }
        }
    }

    /// Waits until the descriptor takes bytes, or fails; false when the time is over first.
    private func isReady(until end: ContinuousClock.Instant?) -> Bool {
        while true {
            let left = end.map { max(.zero, $0 - .now) }
            // Rounded up: a wait of zero would spin.
            let milliseconds = left.map { $0 == .zero ? 0 : CInt(clamping: Int($0 / .milliseconds(1)) + 1) } ?? -1
            var waiting = pollfd(fd: self.number, events: Int16(POLLOUT), revents: 0)
            switch poll(&waiting, 1, milliseconds) {
            case 0: return false
            case 1...: return true
            default: if errno != EINTR { return true }
            }
        }
    }
}

/// The reason why a text could not be written.
package struct WriteError: Error, Equatable, CustomStringConvertible {
    /// The system's error, as in `errno`; `ETIMEDOUT` when the reader did not read in time.
    package let code: CInt
    /// The number of bytes that were written before.
    package let written: Int

    init(_ code: CInt, _ written: Int) {
        self.code = code
        self.written = written
    }

    /// Whether nobody reads any more, which is a normal end of a pipeline and not a fault.
    package var isBrokenPipe: Bool { self.code == EPIPE }

    package var description: String { String(cString: strerror(self.code)) }
}
