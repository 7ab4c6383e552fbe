internal import ArgumentParser
internal import ChatSystem

extension ExitStatus {
    /// The error with which argument-parser ends the program.
    var exitCode: ExitCode { ExitCode(self.rawValue) }
}
