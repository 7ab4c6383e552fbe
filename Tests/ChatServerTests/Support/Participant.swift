import ChatCore
import NIOCore
import Testing

@testable import ChatNode

/// The ways in which a client takes part; what it gets is the same by each.
enum Way: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case webSocket = "a WebSocket"
    case stream = "a stream and requests"

    var testDescription: String { self.rawValue }
}

/// A client that has been welcomed, whichever way it takes.
protocol Participant {
    /// The server's first word to it.
    var welcome: JSONValue { get }
    /// The next event of a type; others before it are passed over.
    mutating func next(_ type: String) async throws -> JSONValue
    /// Gives a command, as JSON without an id, and waits for its answer: an `ok`, or an error.
    mutating func call(_ command: String) async throws -> JSONValue
    /// The code with which the server ends its connection.
    mutating func closeCode() async throws -> Int?
}

extension Participant {
    /// Its secret, by which it comes back.
    var session: String { get throws { try #require(self.welcome["session"]?.string) } }
    /// The id of its user.
    var user: String { get throws { try #require(self.welcome["user"]?["id"]?.string) } }

    /// Says something in a room.
    @discardableResult
    mutating func say(_ text: String, in room: String = "lobby", _ more: String = "") async throws -> JSONValue {
        try await self.call(#"{"type":"send","room":"\#(room)","text":"\#(text)"\#(more)}"#)
    }

    /// The texts of the next messages.
    mutating func texts(_ count: Int) async throws -> [String?] {
        var texts: [String?] = []
        for _ in 0..<count { texts.append(try await self.next("message")["text"]?.string) }
        return texts
    }

    /// Gives a command again until its answer is as wanted: what was ruled holds on every node a moment later.
    mutating func call(_ command: String, until isWanted: (JSONValue) -> Bool) async throws -> JSONValue {
        while true {
            try Task.checkCancellation()
            let answer = try await self.call(command)
            if isWanted(answer) { return answer }
        }
    }
}

extension TestServer {
    /// Lets a client take part in one of the ways; its joins are answered by events `ok` and `error`.
    @discardableResult
    func withParticipant<Result>(
        by way: Way,
        _ query: String,
        session: String? = nil,
        token: String? = nil,
        _ body: (inout any Participant) async throws -> Result
    ) async throws -> Result {
        let bearer = (token ?? session).map { "Bearer \($0)" }
        switch way {
        case .webSocket:
            // A session is no bearer of a WebSocket: it comes with the first command.
            let path = session == nil ? "/ws?\(query)" : "/ws"
            let headers = token == nil ? [] : [("Authorization", bearer ?? "")]
            return try await self.withClient(path, headers: headers) { client in
                if let session { try await client.send(#"{"type":"hello","session":"\#(session)"}"#) }
                let welcome = try await client.next("welcome")
                if session != nil {
                    // The same joins as those of an address, with ids that no command after them has.
                    let joins = ShorthandURL(query: query, maximumRooms: 100).commands.dropFirst()
                    for (index, join) in joins.enumerated() {
                        let envelope = CommandEnvelope(id: 1000 + index, join.command)
                        try await client.send(String(buffer: envelope.encoded()))
                    }
                }
                var participant: any Participant = SocketParticipant(client, welcome)
                return try await body(&participant)
            }
        case .stream:
            let headers = bearer.map { ["Authorization": $0] } ?? [:]
            return try await self.withStream("/api/events?\(query)", headers: headers) { stream in
                let welcome = try #require(try await stream.next("welcome").json)
                let bearer = token ?? welcome["session"]?.string
                var participant: any Participant = StreamParticipant(stream, welcome, bearer, self)
                return try await body(&participant)
            }
        }
    }
}

private struct SocketParticipant: Participant {
    private var client: TestClient
    let welcome: JSONValue
    private var lastID = 0

    init(_ client: TestClient, _ welcome: JSONValue) { (self.client, self.welcome) = (client, welcome) }

    mutating func next(_ type: String) async throws -> JSONValue { try await self.client.next(type) }

    mutating func call(_ command: String) async throws -> JSONValue {
        self.lastID += 1
        return try await self.client.call(self.lastID, command)
    }

    mutating func closeCode() async throws -> Int? { try await self.client.closeCode().map(Int.init) }
}

private struct StreamParticipant: Participant {
    private var stream: StreamClient
    let welcome: JSONValue
    private let headers: [String: String]
    private let server: TestServer

    init(_ stream: StreamClient, _ welcome: JSONValue, _ bearer: String?, _ server: TestServer) {
        (self.stream, self.welcome, self.server) = (stream, welcome, server)
        self.headers = ["Content-Type": "application/json", "Authorization": "Bearer \(bearer ?? "")"]
    }

    mutating func next(_ type: String) async throws -> JSONValue {
        try #require(try await self.stream.next(type).json)
    }

    mutating func call(_ command: String) async throws -> JSONValue {
        let answer = try await self.server.request("POST", "/api/commands", headers: self.headers, body: command)
        let body = try #require(answer.body)
        // A refusal is the same error, within an object of its own.
        return answer.status == 200 ? body : try #require(body["error"])
    }

    mutating func closeCode() async throws -> Int? {
        let code = try await self.stream.next("closing").json?["code"]?.integer
        while await self.stream.next() != nil {}
        return code
    }
}
