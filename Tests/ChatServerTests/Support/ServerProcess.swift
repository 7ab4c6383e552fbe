import Foundation
import TestSupport
import Testing

/// The server as a process of its own, for what can be seen from outside alone: exit statuses, signals, descriptors.
struct ServerProcess {
    /// What a process that has ended has said.
    struct Outcome {
        var status: Int32
        var wasKilled: Bool
        var output: String
        var errors: String
    }

    private static var executable: String {
        let built = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build/debug/ChatServer").path
        return ProcessInfo.processInfo.environment["CHAT_SERVER_BIN"] ?? built
    }

    /// Runs a script of bash in which `"$server"` is the server, to its end.
    ///
    /// - Parameters:
    ///   - script: The script.
    ///   - environment: More variables.
    /// - Returns: What came of it.
    /// - Throws: ``ChildProcess/Failure`` when there is no bash.
    static func run(_ script: String, environment: [String: String] = [:]) async throws -> Outcome {
        var variables = ["PATH": "/usr/bin:/bin", "server": self.executable]
        // A server built with a sanitizer is judged by the rules by which the tests are.
        variables["TSAN_OPTIONS"] = ProcessInfo.processInfo.environment["TSAN_OPTIONS"]
        // Whatever it has started ends with it: a server that does not must not hold up the suite. On a busy machine a script
        // takes a minute; this is a little less than a test may take.
        let process = try ChildProcess(
            ["/usr/bin/timeout", "--signal=KILL", "500", "bash", "-c", script],
            environment: variables.merging(environment) { $1 }
        )
        async let said = process.output.text()
        async let complained = process.errors.text()
        let (text, complaint) = await (said, complained)
        switch await process.end() {
        case .exited(let status): return Outcome(status: status, wasKilled: false, output: text, errors: complaint)
        case .killed(let signal): return Outcome(status: signal, wasKilled: true, output: text, errors: complaint)
        }
    }
}
