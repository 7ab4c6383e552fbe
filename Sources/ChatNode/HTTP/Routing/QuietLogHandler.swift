import Logging

/// The log of the HTTP library: its messages on level info repeat the node's own, or nobody needs them.
///
/// The level below it may change at any time.
struct QuietLogHandler: LogHandler {
    var base: any LogHandler

    var logLevel: Logger.Level {
        get { self.base.logLevel == .info ? .notice : self.base.logLevel }
        set { self.base.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { self.base.metadata }
        set { self.base.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.base[metadataKey: key] }
        set { self.base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { self.base.log(event: event) }
}
