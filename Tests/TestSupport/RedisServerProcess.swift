internal import Foundation
internal import Synchronization

/// A Redis of a test's own, on a free port, that forgets everything unless it is told to save.
package final class RedisServerProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) { self.description = description }
    }

    /// What the process is.
    package enum Mode: Sendable {
        /// A server, with more options of `redis-server`.
        case server([String])
        /// A sentinel, with the lines of its configuration.
        case sentinel([String])

        /// What it says when it can be used.
        fileprivate var readiness: String {
            switch self {
            case .server: "Ready to accept connections"
            case .sentinel: "Sentinel ID is"
            }
        }
    }

    package let port: Int
    private let directory: URL
    private let executable: URL
    private let mode: Mode
    private let process = Mutex<ChildProcess?>(nil)

    /// Starts a server for as long as the body runs.
    ///
    /// - Parameters:
    ///   - arguments: More options of `redis-server`.
    ///   - body: Works with the server.
    /// - Throws: ``Failure`` when there is no server to start, and what the body throws.
    package static func with(
        _ arguments: [String] = [],
        _ body: (RedisServerProcess) async throws -> Void
    ) async throws {
        let server = try RedisServerProcess(arguments)
        defer { server.cleanUp() }
        try await server.start()
        try await body(server)
    }

    /// Prepares a server without starting it: the port is free, and nobody listens there.
    package convenience init(_ arguments: [String] = []) throws { try self.init(.server(arguments)) }

    package init(_ mode: Mode) throws {
        self.port = try FreePort.find()
        self.executable = try Self.find()
        self.mode = mode
        self.directory = FileManager.default.temporaryDirectory.appendingPathComponent("redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
    }

    package var url: String { "redis://127.0.0.1:\(self.port)" }

    /// Starts the server and waits until it accepts connections.
    package func start() async throws {
        let readiness = self.mode.readiness
        let process = try ChildProcess([self.executable.path] + self.arguments(), joinsErrors: true)
        self.process.withLock { $0 = process }
        let output = process.output
        // What it said instead, when it ended before it could be used.
        let complaint: String? = await withCheckedContinuation { continuation in
            // The output is read to its end: a server that cannot write its log stands still.
            Thread.detachNewThread {
                var text = ""
                var waiting: CheckedContinuation<String?, Never>? = continuation
                while let bytes = output.read() {
                    guard waiting != nil else { continue }
                    text += String(decoding: bytes, as: UTF8.self)
                    if text.contains(readiness) {
                        waiting?.resume(returning: nil)
                        waiting = nil
                    }
                }
                waiting?.resume(returning: text)
            }
        }
        if let complaint {
            let program = self.executable.lastPathComponent
            throw Failure(description: "\(program) did not start on port \(self.port):\n\(complaint)")
        }
    }

    private func arguments() throws -> [String] {
        let place = ["--port", "\(self.port)", "--bind", "127.0.0.1", "--dir", self.directory.path]
        switch self.mode {
        case .server(let arguments): return place + ["--save", "", "--appendonly", "no"] + arguments
        case .sentinel(let lines):
            // A sentinel rewrites its file.
            let file = self.directory.appendingPathComponent("sentinel.conf")
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            return [file.path, "--sentinel"] + place
        }
    }

    /// Ends the server at once, without a chance to save anything.
    package func kill() {
        guard let process = self.process.withLock({ $0.take() }) else { return }
        process.signal(SIGKILL)
        process.waitUntilEnd()
    }

    /// Lets the server stand still, with its connections open: as if the network were gone.
    package func freeze() { self.signal(SIGSTOP) }

    package func thaw() { self.signal(SIGCONT) }

    private func signal(_ signal: Int32) {
        self.process.withLock { $0 }?.signal(signal)
    }

    package func cleanUp() {
        self.thaw()
        self.kill()
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// The program: the one that `REDIS_SERVER_BIN` names, to test with another version or with Valkey, or that of the machine.
    private static func find() throws -> URL {
        let environment = ProcessInfo.processInfo.environment
        if let named = environment["REDIS_SERVER_BIN"], !named.isEmpty {
            guard FileManager.default.isExecutableFile(atPath: named) else {
                throw Failure(description: "REDIS_SERVER_BIN is \(named), and that is no program")
            }
            return URL(fileURLWithPath: named)
        }
        let path = environment["PATH"] ?? ""
        let candidates = path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/redis-server") }
        let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else {
            throw Failure(description: "redis-server is not in PATH; these tests need one (apt install redis-server)")
        }
        return found
    }
}
