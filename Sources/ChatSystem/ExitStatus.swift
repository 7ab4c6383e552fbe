/// The status with which a program ends: the numbers of `sysexits.h` where one fits (docs/CLI.md).
package enum ExitStatus: Int32, Error, Sendable {
    case success = 0
    /// Some of the lines were sent, not all.
    case partial = 1
    /// The command line is wrong.
    case usage = 64
    /// The server refused the request.
    case refused = 65
    /// No connection to the server could be made, or it cannot do this at present.
    case unavailable = 69
    /// A fault in the program or the server.
    case software = 70
    /// One of the program's own files (the outbox, a state) cannot be used.
    case storage = 73
    /// The server ended the connection for good. Output that cannot be written also ends with this status (EX_IOERR).
    case disconnected = 74
    /// There was no answer in time; a message may have been stored.
    case timeout = 75
    /// The server does not allow this, here or with this token.
    case forbidden = 77
    /// The server demands a token.
    case tokenMissing = 80
    /// The server does not take the token.
    case tokenRefused = 81
    /// The token has expired, and there is no other.
    case tokenExpired = 82
    /// The user is muted.
    case muted = 83
    /// The user was removed.
    case kicked = 84
    /// The user is banned.
    case banned = 85
    /// The room is closed.
    case roomClosed = 86
    /// The text has a word that is not allowed.
    case textRefused = 87
    /// Too much too fast: a rate limit, or the room's slow mode.
    case rateLimited = 88
    /// Ended because the terminal went away.
    case hungUp = 129
    /// Ended by Ctrl-C.
    case interrupted = 130
    /// Ended by a termination signal.
    case terminated = 143

    /// Output could not be written, though somebody wants it.
    package static let output = ExitStatus.disconnected
}
