/// The status with which a program ends: the numbers of `sysexits.h` where one fits (docs/CLI.md).
package enum ExitStatus: Int32, Error, Sendable {
    case success = 0
    /// Some of the lines were sent, not all.
    case partial = 1
    /// The command line is wrong.
    case usage = 64
    /// The server refused the request.
    case refused = 65
    /// No connection to the server could be made.
    case unavailable = 69
    /// A fault in the program or the server.
    case software = 70
    /// One of the program's own files (the outbox, a state) cannot be used.
    case storage = 73
    /// The server ended the connection for good. Output that cannot be written also ends with this status (EX_IOERR).
    case disconnected = 74
    /// There was no answer in time; a message may have been stored.
    case timeout = 75
    /// The server demands a token, or forbids it.
    case unauthorized = 77
    /// Ended because the terminal went away.
    case hungUp = 129
    /// Ended by Ctrl-C.
    case interrupted = 130
    /// Ended by a termination signal.
    case terminated = 143

    /// Output could not be written, though somebody wants it.
    package static let output = ExitStatus.disconnected
}
