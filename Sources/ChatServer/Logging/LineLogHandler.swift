import ChatCore
import Foundation
import Logging
import NIOCore

/// Log lines on standard error: as text for people, or as one JSON object each for collectors.
struct LineLogHandler: LogHandler {
    let label: String
    let format: ServerConfiguration.LogFormat
    let output: LogOutput
    /// The level of all loggers.
    private let level: LogLevel
    /// The level of this logger alone; nil: that of all.
    private var ownLevel: Logger.Level?
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(
        label: String,
        format: ServerConfiguration.LogFormat,
        level: LogLevel,
        output: LogOutput = .standardError
    ) {
        self.label = label
        self.format = format
        self.output = output
        self.level = level
    }

    var logLevel: Logger.Level {
        get { self.ownLevel ?? self.level.current }
        set { self.ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let provided = self.metadataProvider?.get() ?? [:]
        let metadata = self.metadata.merging(provided) { $1 }.merging(event.metadata ?? [:]) { $1 }
        self.output.write(self.line(event.level, "\(event.message)", metadata)) { count in
            self.line(.warning, "log lines could not be written", ["lines": "\(count)"])
        }
    }

    private func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let metadata = metadata.sorted { $0.key < $1.key }
        let time = Date().ISO8601Format(.iso8601WithTimeZone(includingFractionalSeconds: true))
        switch self.format {
        case .text:
            let fields = metadata.map { " \($0.key)=\($0.value)" }.joined()
            return "\(time) \(level) \(message)\(fields)\n"
        case .json:
            var json = JSONWriter()
            json.field("time", time)
            json.field("level", level.rawValue)
            json.field("logger", self.label)
            json.field("message", message)
            json.object("metadata") { json in
                for (key, value) in metadata { json.field(named: key, "\(value)") }
            }
            return String(buffer: json.finish()) + "\n"
        }
    }
}
