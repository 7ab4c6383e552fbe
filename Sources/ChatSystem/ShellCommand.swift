internal import Glibc

/// A command of the shell whose output is wanted, within bounds of time and length.
package struct ShellCommand: Sendable {
    /// The end of a command.
    package enum End: Equatable, Sendable {
        /// It ended well, and this is what it printed.
        case printed([UInt8])
        /// It ended with a status other than 0, or by a signal; the last line that it wrote to standard error.
        case failed(String)
        /// It printed more than the bound, and was ended.
        case tooLong
        /// It took longer than the bound, and was ended.
        case tooSlow
        /// It could not be started: the system's error, as in `errno`.
        case unstartable(CInt)
    }

    private let command: String
    private let maximumBytes: Int
    private let patience: Duration
    /// Whether its standard error is the program's: it may ask for a passphrase there.
    private let sharesErrors: Bool

    /// The most bytes of standard error that are looked at.
    private static let maximumErrors = 4096

    package init(_ command: String, maximumBytes: Int, patience: Duration, sharesErrors: Bool) {
        self.command = command
        self.maximumBytes = maximumBytes
        self.patience = patience
        self.sharesErrors = sharesErrors
    }

    /// Runs the command by `sh -c` and blocks until it has ended.
    ///
    /// It has no input: what the program reads is not for it. It stays in the program's process group, so that it can
    /// use the terminal (`/dev/tty`), and Ctrl-C reaches both.
    package func run() -> End {
        var output: [CInt] = [-1, -1]
        var errors: [CInt] = [-1, -1]
        guard pipe(&output) == 0 else { return .unstartable(errno) }
        guard pipe(&errors) == 0 else {
            let error = errno
            for end in output { close(end) }
            return .unstartable(error)
        }
        // The command gets copies of two of the four; no other one may stay open in it.
        for end in output + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var process: pid_t = 0
        let failure = self.spawn(&process, output[1], errors[1])
        close(output[1])
        close(errors[1])
        defer {
            close(output[0])
            close(errors[0])
        }
        guard failure == 0 else { return .unstartable(failure) }
        return self.follow(process, output[0], errors[0])
    }

    private func spawn(_ process: inout pid_t, _ output: CInt, _ errors: CInt) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        if !self.sharesErrors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", self.command].map { (word: String) in strdup(word)
        }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        return posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ)
    }

    /// Reads what a process writes until it ends, or has to be ended.
    private func follow(_ process: pid_t, _ output: CInt, _ errors: CInt) -> End {
        let deadline = ContinuousClock.now + self.patience
        var (printed, complaint) = ([UInt8](), [UInt8]())
        var open = [output, errors]
        while !open.isEmpty {
            guard let ready = self.wait(for: open, until: deadline) else {
                self.end(process)
                return .tooSlow
            }
            for source in ready {
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = read(source, &bytes, bytes.count)
                if count <= 0 {
                    if count < 0, errno == EINTR { continue }
                    open.removeAll { $0 == source }
                } else if source == output {
                    printed += bytes.prefix(count)
                } else {
                    // The end of it says why.
                    complaint = Array((complaint + bytes.prefix(count)).suffix(Self.maximumErrors))
                }
            }
            guard printed.count <= self.maximumBytes else {
                self.end(process)
                return .tooLong
            }
        }
        guard let status = self.status(of: process, until: deadline) else {
            self.end(process)
            return .tooSlow
        }
        guard status == 0 else {
            let lines = String(decoding: complaint, as: UTF8.self).split(separator: "\n")
            return .failed(lines.last.map(String.init) ?? "")
        }
        return .printed(printed)
    }

    /// The descriptors that can be read, or have ended; nil when the time is over.
    private func wait(for sources: [CInt], until deadline: ContinuousClock.Instant) -> [CInt]? {
        while true {
            let left = deadline - .now
            guard left > .zero else { return nil }
            var waiting = sources.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            switch poll(&waiting, nfds_t(waiting.count), CInt(clamping: Int(left / .milliseconds(1)) + 1)) {
            case 0: return nil
            case 1...: return waiting.filter { $0.revents != 0 }.map(\.fd)
            default: if errno != EINTR { return sources }
            }
        }
    }

    /// The status of a process that closes its output and goes on; nil when the time is over.
    private func status(of process: pid_t, until deadline: ContinuousClock.Instant) -> CInt? {
        var status: CInt = 0
        while ContinuousClock.now < deadline {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { return status }
            if ended < 0, errno != EINTR { return -1 }
            poll(nil, 0, 5)
        }
        return nil
    }

    private func end(_ process: pid_t) {
        var status: CInt = 0
        kill(process, SIGKILL)
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }
}
