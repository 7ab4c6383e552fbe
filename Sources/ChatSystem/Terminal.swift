internal import Glibc

/// The terminal that the program runs in.
package enum Terminal {
    /// The abilities of the terminal.
    package enum Kind: Equatable, Sendable {
        /// Standard input or output is not a terminal.
        case none
        /// A terminal without escape sequences (`TERM=dumb`, as in editors' shells), or an unknown one.
        case lines
        /// A terminal whose cursor can be moved.
        case screen
    }

    /// The kind of terminal at input and output.
    package static var kind: Kind {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return .none }
        return self.hasScreen(Environment["TERM"]) ? .screen : .lines
    }

    /// Whether a terminal of this name (`TERM`) understands escape sequences.
    package static func hasScreen(_ name: String?) -> Bool { !["", "dumb", "unknown"].contains(name ?? "") }

    /// Whether escape sequences may be written to a descriptor.
    package static func takesSequences(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && self.hasScreen(Environment["TERM"])
    }

    /// The number of cells in a row.
    package static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The number of rows.
    package static var rows: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }

    /// Passes every key to the program at once, without echo, until ``restore()``; only in the foreground.
    package static func makeRaw() {
        guard JobControl.isForeground else { return }
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return }
        if !isRaw { original = mode }
        cfmakeraw(&mode)
        // Output settings stay: only input changes.
        mode.c_oflag |= tcflag_t(OPOST)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
        isRaw = true
        try? Descriptor.standardOutput.write("\u{1B}[?2004h")
        restoreOnEveryExit()
    }

    /// Puts the terminal back as it was found; does nothing the second time.
    package static func restore() { restoreTerminal() }

    /// The terminal belongs to the shell now, which has restored it already: it is not touched any more.
    package static func abandon() { isRaw = false }

    /// The last resort: `exit` and crashes of the program restore the terminal, too.
    private static func restoreOnEveryExit() {
        guard !isRegistered else { return }
        isRegistered = true
        atexit { restoreTerminal() }
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGQUIT] where !Signals.isIgnored(number) {
            signal(number) { number in
                restoreTerminal()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}

// The state is global because signal handlers, which are C functions, need it. It is written before a handler can see it
// and only by the one task that drives the terminal; a handler reads it and calls only what POSIX allows there (tcgetpgrp,
// getpgrp, tcsetattr, write, signal, raise).
nonisolated(unsafe) private var original = termios()
nonisolated(unsafe) private var isRaw = false
nonisolated(unsafe) private var isRegistered = false

private func restoreTerminal() {
    guard isRaw else { return }
    isRaw = false
    // In the background, it belongs to the shell.
    guard JobControl.isForeground else { return }
    let leave: StaticString = "\u{1B}[?2004l\u{1B}[?7h"
    _ = write(STDOUT_FILENO, leave.utf8Start, leave.utf8CodeUnitCount)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &original)
}
