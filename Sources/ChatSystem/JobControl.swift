internal import Glibc

/// The behaviour that a shell with job control expects of a program on its terminal (POSIX, General Terminal
/// Interface).
package enum JobControl {
    /// Whether the terminal belongs to this program now, and not to the shell or another job of it.
    ///
    /// A terminal that is not the session's controlling terminal has no jobs: nobody else can claim it.
    package static var isForeground: Bool { self.isForeground(on: STDIN_FILENO) }

    /// Whether the terminal at a descriptor belongs to this program now.
    package static func isForeground(on descriptor: Int32) -> Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }

    /// Stops the process group, as Ctrl-Z does when the terminal handles it, and returns when the group is resumed.
    ///
    /// The whole group, because it is the job: a shell that waits for a script learns that the job is stopped only when
    /// the script is. It stops nothing, and returns at once, where nobody could resume it: in a group without a shell,
    /// and in the first process of a container.
    package static func stop() {
        guard !Signals.isIgnored(SIGTSTP) else { return }
        var (ignore, stop, old) = (sigaction(), sigaction(), sigaction())
        ignore.__sigaction_handler.sa_handler = SIG_IGN
        stop.__sigaction_handler.sa_handler = SIG_DFL
        // First the others, then this thread: a signal to a thread is handled before `raise` returns. A signal to a
        // process is handled by any of its threads at some time, which could be after the terminal was changed again.
        sigaction(SIGTSTP, &ignore, &old)
        kill(0, SIGTSTP)
        // An ignored signal stays pending when the main thread blocks it, as with Dispatch, and would stop the program
        // a second time after it is resumed. Ignoring it again discards it (POSIX, section 2.4.3).
        sigaction(SIGTSTP, &ignore, nil)
        sigaction(SIGTSTP, &stop, nil)
        // Dispatch's threads block signals: without this it would wait for ever.
        var (mask, oldMask) = (sigset_t(), sigset_t())
        sigemptyset(&mask)
        sigaddset(&mask, SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &mask, &oldMask)
        raise(SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &oldMask, nil)
        sigaction(SIGTSTP, &old, nil)
    }
}
