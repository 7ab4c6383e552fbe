internal import ArgumentParser
internal import ChatSystem

extension ExitStatus {
    /// How argument-parser is told to end the program.
    var exitCode: ExitCode { ExitCode(self.rawValue) }
}
