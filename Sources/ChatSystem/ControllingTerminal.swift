internal import Glibc

/// The terminal from which the program was started, if any.
package enum ControllingTerminal {
    /// Whether there is one now.
    ///
    /// When a terminal closes, its processes lose it before they get SIGHUP for it. So a program that had one and has it
    /// no more can tell such a signal from one that somebody sent.
    package static var exists: Bool {
        let descriptor = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
