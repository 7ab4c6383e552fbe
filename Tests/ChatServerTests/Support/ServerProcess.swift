import Foundation
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
    /// - Throws: What Foundation says when there is no bash.
    static func run(_ script: String, environment: [String: String] = [:]) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        // Whatever it has started ends with it: a server that does not must not hold up the suite.
        process.arguments = ["--signal=KILL", "60", "bash", "-c", script]
        process.environment = ["PATH": "/usr/bin:/bin", "server": self.executable].merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        let ended = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ended.continuation.finish() }
        try process.run()
        async let said = Self.text(output)
        async let complained = Self.text(errors)
        let (text, complaint) = await (said, complained)
        for await _ in ended.stream {}
        return Outcome(
            status: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal,
            output: text,
            errors: complaint
        )
    }

    /// Reads to the end, on a thread of its own: the pool has one for each core, and other tests need those.
    private static func text(_ pipe: Pipe) async -> String {
        let handle = pipe.fileHandleForReading
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = (try? handle.readToEnd()) ?? nil
                continuation.resume(returning: String(decoding: data ?? Data(), as: UTF8.self))
            }
        }
    }
}
