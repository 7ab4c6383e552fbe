import ChatCore
import ChatWebSocket
import Foundation
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ChatNode

/// What the log says of requests and connections.
@Suite(.patience)
struct TraceTests {
    /// Keeps the lines of a log, from level debug on.
    private final class Lines: Sendable {
        private let lines = Mutex<[(message: String, metadata: Logger.Metadata)]>([])

        var all: [(message: String, metadata: Logger.Metadata)] { self.lines.withLock { $0 } }

        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

        private struct Handler: LogHandler {
            let lines: Lines
            var logLevel = Logger.Level.debug
            var metadata: Logger.Metadata = [:]
            var metadataProvider: Logger.MetadataProvider?

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { self.metadata[key] }
                set { self.metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let given = (self.metadataProvider?.get() ?? [:]).merging(event.metadata ?? [:]) { $1 }
                self.lines.lines.withLock { $0.append(("\(event.message)", given)) }
            }
        }
    }

    private static let key = "0123456789abcdef"
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    private func order(_ traceparent: String?) async throws -> Logger.Metadata {
        let lines = Lines()
        try await Admin.withKeyFile(Self.key) { file in
            try await TestServer.with(["admin-key-file": file], logger: lines.logger) { server in
                var headers = ["Authorization": "Bearer \(Self.key)", "Content-Type": "application/json"]
                headers["traceparent"] = traceparent
                let body = #"{"room":"lobby"}"#
                let answer = try await server.request("POST", "/admin/close", headers: headers, body: body)
                #expect(answer.status == 201)
            }
        }
        return try #require(lines.all.first { $0.message.contains("order was carried out") }).metadata
    }

    @Test func `the lines that a request causes name its trace`() async throws {
        let metadata = try await self.order("00-\(Self.trace)-00f067aa0ba902b7-01")
        #expect(metadata["trace_id"] == "\(Self.trace)" && metadata["parent_id"] == "00f067aa0ba902b7")
    }

    @Test(arguments: [nil, "00-\(Self.trace.uppercased())-00f067aa0ba902b7-01"])
    func `a request without one, or with a wrong one, is answered all the same`(traceparent: String?) async throws {
        let metadata = try await self.order(traceparent)
        #expect(metadata["trace_id"] == nil && metadata["parent_id"] == nil)
    }

    @Test func `the end of a connection is logged by its number, and not by who it was`() async throws {
        let lines = Lines()
        try await TestServer.with(logger: lines.logger) { server in
            try await server.withClient("/ws?room=salon&name=Somebody") { mina in
                _ = try await mina.next("ok")
                try await mina.send(.binary, .init(string: "x"))
                #expect(try await mina.closeCode() == 1003)
            }
        }
        let line = try #require(lines.all.first { $0.message == "the server closed a connection" })
        #expect(line.metadata["code"] == "1003")
        let connection = "\(line.metadata["connection"] ?? "")"
        #expect(connection.split(separator: "-").compactMap { Int($0) }.count == 2, "\(connection)")
        #expect(!"\(lines.all)".contains("Somebody") && !"\(lines.all)".contains("salon"))
    }
}
