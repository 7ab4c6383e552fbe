import Logging
import Synchronization
import TestSupport

/// Keeps the lines that were logged.
final class RecordedLog: Sendable {
    private let recorded = Mutex<[String]>([])

    private let level: Logger.Level

    /// Makes an empty one of the lines from a level on.
    init(_ level: Logger.Level = .notice) { self.level = level }

    var lines: [String] { self.recorded.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self, logLevel: self.level) } }

    /// Waits until the lines are as wanted; the limit of the test is the bound.
    func lines(until isWanted: ([String]) -> Bool) async throws -> [String] {
        try await eventually { isWanted(self.lines) }
        return self.lines
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            self.log.recorded.withLock { $0.append("\(event.message)\(fields)") }
        }
    }
}
