import ChatCore
import Foundation
import Logging
import NIOCore

/// Log lines on standard error: as text for people, or as one JSON object each for collectors.
struct LineLogHandler: LogHandler {
    let label: String
    let format: ServerConfiguration.LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, format: ServerConfiguration.LogFormat, level: Logger.Level) {
        self.label = label
        self.format = format
        self.logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Date().ISO8601Format(.iso8601WithTimeZone(includingFractionalSeconds: true))
        let line: String
        switch self.format {
        case .text:
            let fields = metadata.map { " \($0.key)=\($0.value)" }.joined()
            line = "\(time) \(event.level) \(event.message)\(fields)\n"
        case .json:
            var json = JSONWriter()
            json.field("time", time)
            json.field("level", event.level.rawValue)
            json.field("logger", self.label)
            json.field("message", "\(event.message)")
            json.object("metadata") { json in
                for (key, value) in metadata { json.field(named: key, "\(value)") }
            }
            line = String(buffer: json.finish()) + "\n"
        }
        FileHandle.standardError.write(Data(line.utf8))
    }
}
