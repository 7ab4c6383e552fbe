internal import Glibc

/// The first steps of a program, before it opens anything.
package enum ProcessSetup {
    /// Turns output that nobody reads into an ordinary write error.
    ///
    /// Without this, a reader that goes away would end the process by SIGPIPE. And if a descriptor below 3 is closed
    /// (`ChatServer 2>&-`), the next file or socket would get its number, and with it the text for standard output or
    /// standard error.
    ///
    /// - Parameter substitute: The replacement of a closed descriptor.
    package static func prepareStandardDescriptors(_ substitute: Substitute) {
        signal(SIGPIPE, SIG_IGN)
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // It takes the lowest free number, which is this one.
            switch substitute {
            case .nothing: _ = open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY)
            case .failure: _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
            }
        }
    }

    /// The replacement of a closed standard descriptor.
    package enum Substitute: Sendable {
        /// Reads return nothing, and writes are discarded.
        case nothing
        /// Reading and writing fail there as they did before.
        case failure
    }
}
