internal import Glibc

/// The terminal that the program runs in.
package enum Terminal {
    /// What the program can expect of it.
    package enum Kind: Equatable, Sendable {
        /// Standard input or output is something else.
        case none
        /// One that knows no escape sequences (`TERM=dumb`, as in editors' shells), or of which nothing is known.
        case lines
        /// One whose cursor can be moved.
        case screen
    }

    /// What stands at both ends.
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

    /// How many cells a row has.
    package static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// How many rows there are.
    package static var rows: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }

    /// Gives every key to the program at once, without showing it, until ``restore()``; only in the foreground.
    package static func makeRaw() {
        guard JobControl.isForeground else { return }
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return }
        if !isRaw { original = mode }
        cfmakeraw(&mode)
        // Output stays as it is: only what is typed changes.
        mode.c_oflag |= tcflag_t(OPOST)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
        isRaw = true
        try? Descriptor.standardOutput.write("\u{1B}[?2004h")
        restoreOnEveryExit()
    }

    /// Puts the terminal back as it was found; does nothing the second time.
    package static func restore() { restoreTerminal() }

    /// The terminal has come to the shell, which has put it back already: it is not touched any more.
    package static func abandon() { isRaw = false }

    /// The last resort: `exit` and faults of the program put the terminal back, too.
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
    // In the background it is the shell's.
    guard JobControl.isForeground else { return }
    let leave: StaticString = "\u{1B}[?2004l\u{1B}[?7h"
    _ = write(STDOUT_FILENO, leave.utf8Start, leave.utf8CodeUnitCount)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &original)
}
