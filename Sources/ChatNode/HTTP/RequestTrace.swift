import ChatHTTP
import Logging

/// The trace of the request that a task answers: every line that it logs, wherever it does, names it.
enum RequestTrace {
    /// nil outside of requests, and in one that belongs to no trace.
    @TaskLocal static var current: TraceParent?

    /// A logger whose lines have it.
    static func telling(_ logger: Logger) -> Logger {
        Logger(label: logger.label) { _ in
            var handler = logger.handler
            let own = Logger.MetadataProvider { Self.metadata }
            let all = [handler.metadataProvider, own].compactMap(\.self)
            handler.metadataProvider = Logger.MetadataProvider.multiplex(all)
            return handler
        }
    }

    private static var metadata: Logger.Metadata {
        guard let trace = Self.current else { return [:] }
        return ["trace_id": "\(trace.traceID)", "parent_id": "\(trace.parentID)"]
    }
}
