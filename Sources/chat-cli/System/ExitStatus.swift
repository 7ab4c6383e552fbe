internal import ArgumentParser
internal import ChatClient
internal import ChatCore

/// With what the program ends (docs/CLI.md): the numbers of `sysexits.h` where there is one that fits.
enum ExitStatus: Int32, Error, Sendable {
    case success = 0
    /// Some of the lines were sent, not all.
    case partial = 1
    /// The command line is wrong.
    case usage = 64
    /// The server refused what was asked.
    case refused = 65
    /// No connection to the server could be made.
    case unavailable = 69
    /// A fault of the program or the server.
    case software = 70
    /// A file of the program's own (the outbox, a state) cannot be used.
    case storage = 73
    /// The server ended the connection for good. It is also what an output that cannot be written ends with (EX_IOERR).
    case disconnected = 74
    /// There was no answer in time; a message may have been stored.
    case timeout = 75
    /// The server demands a token, or forbids it.
    case unauthorized = 77
    /// Ended because the terminal went away.
    case hungUp = 129
    /// Ended by Ctrl-C.
    case interrupted = 130
    /// Ended by a signal that asks for it.
    case terminated = 143

    /// Output could not be written, though somebody wants it.
    static let output = ExitStatus.disconnected

    /// What an error of the client means for the program.
    init(_ error: ClientError) {
        switch error.code {
        case .invalid: self = .usage
        case .refused, .disconnected:
            switch error.refusal?.code {
            case .unauthorized, .forbidden: self = .unauthorized
            case .some: self = .refused
            case nil: self = .disconnected
            }
        case .closed, .cancelled: self = .timeout
        case .storage, .locked: self = .storage
        default: self = .software
        }
    }

    /// How argument-parser is told to end the program.
    var exitCode: ExitCode { ExitCode(self.rawValue) }
}
