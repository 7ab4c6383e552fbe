internal import Dispatch
internal import Glibc

/// Signals as a stream: none of them ends the program before it has put the terminal back.
///
/// From its creation on no signal is lost: its handler writes into a pipe, which is read later. There may be one at a
/// time. A signal that was ignored at the program's start stays ignored: `nohup` and shells without job control ignore
/// signals that must not end a program in the background (POSIX, section 2.11 of the shell).
package final class Signals {
    /// The signals as they come.
    package let stream: AsyncStream<Int32>
    private let source: any DispatchSourceRead

    package init(_ numbers: [Int32]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(16))
        self.stream = stream
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        let (output, input) = (ends[0], ends[1])
        self.source = DispatchSource.makeReadSource(fileDescriptor: output, queue: .global())
        self.source.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 16)
            let count = read(output, &bytes, bytes.count)
            for byte in bytes.prefix(max(0, count)) { continuation.yield(Int32(byte)) }
        }
        self.source.setCancelHandler { close(output) }
        self.source.resume()
        signalInput = input
        for number in numbers where !Self.isIgnored(number) {
            signal(number) { number in
                let error = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalInput, &byte, 1)
                errno = error
            }
        }
    }

    /// The handlers stay, and write where nobody reads: the read end is closed, the write end stays open.
    deinit { self.source.cancel() }

    /// Restores the default actions of signals.
    package static func release(_ numbers: [Int32]) {
        for number in numbers where !self.isIgnored(number) { signal(number, SIG_DFL) }
    }

    /// Whether a signal is ignored because the parent process started the program that way.
    package static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

// Global because signal handlers, which are C functions, need it. It is written before the first handler is installed, by
// the one task that waits for signals; a handler reads it and calls only what POSIX allows there (write).
nonisolated(unsafe) private var signalInput: Int32 = -1
