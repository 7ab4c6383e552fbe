import ChatCore
import ChatMemory
import Foundation
import TestSupport
import Testing

/// Somebody with the key of a server's admin API.
struct Admin {
    let server: TestServer
    let key: String

    /// The time of day.
    static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }

    /// Writes a key into a file for as long as the body runs.
    static func withKeyFile(_ key: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "chat-key-\(UUID().uuidString)")
        try Data((key + "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path)
    }

    /// Runs two nodes with one broker in memory, both with the admin API.
    static func withNodes(
        _ body: (_ first: TestServer, _ second: TestServer, _ admin: Admin) async throws -> Void
    ) async throws {
        let key = "0123456789abcdef"
        let broker = MemoryBroker(limits: LogLimits()) { Self.now }
        try await Self.withKeyFile(key) { file in
            let settings = ["admin-key-file": file, "unlimited": "true"]
            try await TestServer.with(settings, broker: broker) { first in
                try await TestServer.with(settings, broker: broker) { second in
                    try await body(first, second, Admin(server: first, key: key))
                }
            }
        }
    }

    typealias Answer = (status: Int, headers: [String: String], body: JSONValue?)

    private var bearer: [String: String] { ["Authorization": "Bearer \(self.key)"] }

    func get(_ path: String) async throws -> Answer {
        try await self.server.request("GET", path, headers: self.bearer)
    }

    func delete(_ path: String) async throws -> Answer {
        try await self.server.request("DELETE", path, headers: self.bearer)
    }

    func post(_ verb: String, _ body: String) async throws -> Answer {
        let headers = self.bearer.merging(["Content-Type": "application/json"]) { $1 }
        return try await self.server.request("POST", "/admin/\(verb)", headers: headers, body: body)
    }

    /// Gives an order; returns the status.
    func order(_ verb: String, _ body: String) async throws -> Int { try await self.post(verb, body).status }

    func rulings(_ query: String = "") async throws -> [JSONValue] {
        try #require(try await self.get("/admin/rulings\(query)").body?["rulings"]?.array)
    }

    /// Waits until the list of rulings meets a condition.
    func until(_ condition: ([JSONValue]) -> Bool) async throws {
        try await eventually { condition(try await self.rulings()) }
    }
}

extension TestServer {
    /// Says something without a connection.
    func post(_ text: String, to room: String) async throws -> Admin.Answer {
        try await self.request(
            "POST",
            "/api/rooms/\(room)/messages",
            headers: ["Content-Type": "application/json"],
            body: #"{"text":"\#(text)"}"#
        )
    }
}

extension TestClient {
    /// Says hello; returns the user's id and the session.
    mutating func greet(_ name: String) async throws -> (user: String, session: String) {
        let welcome = try await self.call(1, #"{"type":"hello","name":"\#(name)"}"#)
        return (
            try #require(welcome["user"]?["id"]?.string), try #require(welcome["session"]?.string)
        )
    }

    /// Repeats a command until its reply meets a condition: a ruling holds on every node, a moment later.
    private mutating func repeated(
        _ command: String,
        from id: Int,
        until condition: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        var id = id
        while true {
            try Task.checkCancellation()
            let reply = try await self.call(id, command)
            if condition(reply) { return reply }
            id += 1
        }
    }

    mutating func joinEventually(_ room: String, from id: Int) async throws {
        _ = try await self.repeated(#"{"type":"join","room":"\#(room)"}"#, from: id) { $0["type"]?.string == "ok" }
    }

    mutating func sendEventually(_ room: String, from id: Int) async throws {
        let command = #"{"type":"send","room":"\#(room)","text":"x"}"#
        _ = try await self.repeated(command, from: id) { $0["type"]?.string == "ok" }
    }

    mutating func renameEventually(_ name: String, from id: Int) async throws {
        _ = try await self.repeated(#"{"type":"rename","name":"\#(name)"}"#, from: id) { $0["type"]?.string == "ok" }
    }

    mutating func refusedEventually(_ command: String, from id: Int) async throws -> JSONValue {
        try await self.repeated(command, from: id) { $0["type"]?.string == "error" }
    }
}
