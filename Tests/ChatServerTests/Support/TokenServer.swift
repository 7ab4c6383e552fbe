import ChatCore
import ChatSystem
import Foundation
import TestSupport

/// A server that lets in only those who bring a token, and the tokens for it.
enum TokenServer {
    /// Starts a server whose key is the secret of ``TestToken``.
    @discardableResult
    static func with<Result>(
        _ settings: [String: String] = [:],
        broker: (any Broker)? = nil,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)")
        try TestToken.secret.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let settings = settings.merging(["token-key": file.path]) { $1 }
        return try await TestServer.with(settings, broker: broker, body)
    }

    /// A token that is good for an hour.
    ///
    /// - Parameters:
    ///   - subject: Its `sub`.
    ///   - rooms: Its rights, as JSON.
    ///   - seconds: How long it is good.
    ///   - more: More claims, as JSON with a comma before them.
    /// - Returns: The token.
    static func token(
        _ subject: String,
        rooms: String = #"{"*":["read","write"]}"#,
        seconds: Int = 3600,
        _ more: String = ""
    ) -> String {
        let expiry = WallClock.now() / 1000 + seconds
        return TestToken.signed(#"{"sub":"\#(subject)","exp":\#(expiry),"rooms":\#(rooms)\#(more)}"#)
    }

    /// The id of a token's user.
    static func id(_ subject: String) -> String { UserID(of: TokenSubject(issuer: "", subject: subject)).rawValue }
}

extension TestClient {
    /// Says hello with a token, and returns the welcome.
    mutating func enter(_ token: String, _ more: String = "") async throws -> JSONValue {
        try await self.call(1, #"{"type":"hello","token":"\#(token)"\#(more)}"#)
    }

    /// The code of the error that answers a command; nil when it is answered by `ok`.
    mutating func refusal(_ id: Int, _ json: String) async throws -> String? {
        try await self.call(id, json)["code"]?.string
    }
}
