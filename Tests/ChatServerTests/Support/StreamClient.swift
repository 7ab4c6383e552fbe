import ChatCore
import NIOCore
import NIOSSL
import Testing

/// A bare reader of Server-Sent Events: it hides nothing of what comes.
struct StreamClient {
    /// One event, or what stands in place of one.
    struct Block: Equatable {
        var id: String?
        var event: String?
        var data: String?
        var retry: Int?
        /// Whether it is a comment.
        var isComment = false

        /// The data as JSON.
        var json: JSONValue? { self.data.flatMap { try? JSONValue(ByteBuffer(string: $0)) } }
        var text: String? { self.json?["text"]?.string }
    }

    private var raw: RawClient
    /// The head of the answer.
    private(set) var answer = RawClient.Answer()
    /// The last id that came, as a browser keeps it.
    private(set) var lastID: String?

    /// Asks for a stream, and hands its reader to the test.
    static func with<Result>(
        port: Int,
        _ path: String,
        method: String = "GET",
        headers: [String: String] = [:],
        body: String = "",
        _ test: (inout StreamClient) async throws -> Result
    ) async throws -> Result {
        try await RawClient.with(port: port) { raw in
            var request = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
            for (name, value) in headers { request += "\(name): \(value)\r\n" }
            if !body.isEmpty { request += "Content-Length: \(body.utf8.count)\r\n" }
            await raw.send(request + "\r\n" + body)
            var client = StreamClient(raw: raw)
            client.answer = try #require(await client.raw.answer())
            return try await test(&client)
        }
    }

    private init(raw: RawClient) { self.raw = raw }

    /// What comes next; nil when the stream has ended.
    mutating func next() async -> Block? {
        guard let text = await self.raw.take(through: "\n\n") else { return nil }
        var block = Block()
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1].trimmingPrefix(" ")) : ""
            switch parts[0] {
            case "id": (block.id, self.lastID) = (value, value)
            case "event": block.event = value
            case "data": block.data = value
            case "retry": block.retry = Int(value)
            case "": block.isComment = true
            default: Issue.record("\(line) is no line of a stream")
            }
        }
        return block
    }

    /// The next event of a name; others before it are passed over.
    mutating func next(_ event: String) async throws -> Block {
        while true {
            let block = try #require(await self.next(), "the stream has ended before \(event)")
            if block.event == event { return block }
        }
    }

    /// The place that a stream begins at when nothing is replayed.
    mutating func begun() async throws -> LogPosition {
        let block = try #require(await self.next())
        #expect(block.event == nil && block.data == nil)
        return try LogPosition(eventID: try #require(block.id))
    }

    /// The texts of the next messages.
    mutating func texts(_ count: Int) async throws -> [String?] {
        var texts: [String?] = []
        for _ in 0..<count { texts.append(try await self.next("message").text) }
        return texts
    }

    /// Whether nothing more comes.
    mutating func hasEnded() async -> Bool { await self.next() == nil }

    /// Stops reading from the socket, or reads again.
    func setReading(_ isReading: Bool) async throws { try await self.raw.setReading(isReading) }
}

extension TestServer {
    /// Reads a stream of this server.
    @discardableResult
    func withStream<Result>(
        _ path: String,
        method: String = "GET",
        headers: [String: String] = [:],
        body: String = "",
        _ test: (inout StreamClient) async throws -> Result
    ) async throws -> Result {
        try await StreamClient.with(
            port: self.port,
            path,
            method: method,
            headers: headers,
            body: body,
            test
        )
    }

    /// Sends texts over HTTP, and gives the epoch of their log.
    @discardableResult
    func post(_ texts: [String], to room: String = "lobby", token: String? = nil) async throws -> String {
        var headers = ["Content-Type": "application/json"]
        headers["Authorization"] = token.map { "Bearer \($0)" }
        var epoch: String?
        for text in texts {
            let body = #"{"text":"\#(text)"}"#
            let answer = try await self.request("POST", "/api/rooms/\(room)/messages", headers: headers, body: body)
            #expect(answer.status == 201)
            epoch = answer.body?["epoch"]?.string
        }
        return try #require(epoch)
    }
}
