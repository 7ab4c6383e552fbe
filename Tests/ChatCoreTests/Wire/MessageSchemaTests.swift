import Foundation
import NIOCore
import TestSupport
import Testing

@testable import ChatCore

/// `static/chat.v1.schema.json` against the code: each command, reply, event and code, and each field of them.
@Suite("The schema of the messages says what is read and written", .patience)
struct MessageSchemaTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
    private let definitions: JSONValue
    private let samples: Samples

    init() throws {
        let file = Self.root.appending(path: "static/chat.v1.schema.json")
        let schema = try JSONValue(ByteBuffer(bytes: Data(contentsOf: file)))
        self.definitions = try #require(schema["$defs"])
        self.samples = try Samples()
    }

    // MARK: The schema

    private func keys(_ value: JSONValue?) -> Set<String> {
        guard case .object(let members) = value else { return [] }
        return Set(members.keys.map(\.rawValue))
    }

    private func words(_ value: JSONValue?) -> Set<String> { Set(value?.array?.compactMap(\.string) ?? []) }

    private func properties(_ group: String, _ name: String) -> Set<String> {
        self.keys(self.definitions[group]?[name]?["properties"])
    }

    private func required(_ group: String, _ name: String) -> Set<String> {
        self.words(self.definitions[group]?[name]?["required"])
    }

    private func keys(_ bytes: ByteBuffer) throws -> Set<String> { self.keys(try JSONValue(bytes)) }

    // MARK: Commands

    /// A value of each field, as JSON.
    private let values = [
        "room": #""lobby""#, "text": #""hi""#, "name": #""Mina""#, "token": #""a.b.c""#, "user": #""u1""#,
        "session": #""0123456789abcdef""#, "client": "{}", "active": "true", "seq": "1", "seconds": "5",
        "history": "5", "after": #"{"epoch":"e1b2c3d4","seq":1,"time":5}"#, "cursor": #""u1""#, "before": "5",
        "epoch": #""e1b2c3d4""#, "limit": "5", "reason": #""spam""#, "key": #""k 1""#, "kind": #""action""#, "id": "1",
    ]

    private func command(_ name: Command.Name, _ fields: Set<String>) throws -> CommandEnvelope {
        let fields = try fields.subtracting(["type"]).map { #""\#($0)":\#(try #require(self.values[$0]))"# }
        let json = ([#""type":"\#(name.rawValue)""#] + fields).joined(separator: ",")
        return try CommandEnvelope(decoding: ByteBuffer(string: "{\(json)}"), limits: Limits())
    }

    @Test func `it has every command and its reply, every event, and no other`() {
        let commands = Set(Command.Name.allCases.map(\.rawValue))
        #expect(self.keys(self.definitions["commands"]) == commands)
        // A `hello` is answered by an event.
        #expect(self.keys(self.definitions["replies"]) == commands.subtracting(["hello"]))
        #expect(self.keys(self.definitions["events"]) == Set(Event.Name.allCases.map(\.rawValue)))
    }

    @Test(arguments: ["commands", "replies", "events"])
    func `a message of each kind is a message`(group: String) {
        let all = ["from_client", "from_server"].flatMap { self.definitions[$0]?["anyOf"]?.array ?? [] }
        let references = Set(all.compactMap { $0["$ref"]?.string })
        for name in self.keys(self.definitions[group]) { #expect(references.contains("#/$defs/\(group)/\(name)")) }
    }

    @Test(arguments: Command.Name.allCases)
    func `a command needs the fields that it says, and has no others`(name: Command.Name) throws {
        let required = self.required("commands", name.rawValue)
        #expect(try self.command(name, required).command.name == name)
        for field in required.subtracting(["type"]) {
            #expect(throws: CommandRefusal.self, "\(field)") { try self.command(name, required.subtracting([field])) }
        }
        var written: Set<String> = []
        // A join has one of the two.
        for field in ["after", "history"] {
            let fields = self.properties("commands", name.rawValue).subtracting(name == .join ? [field] : [])
            written.formUnion(try self.keys(try self.command(name, fields).encoded()))
        }
        // What a client says of itself is not read.
        #expect(written == self.properties("commands", name.rawValue).subtracting(["client"]))
    }

    // MARK: Replies

    /// The reply to a command with all that it can have, and with no more than it must have.
    private func replies(to name: Command.Name) throws -> (Reply, Reply) {
        let (room, user) = (self.samples.lobby, self.samples.mina)
        let head = LogPosition(epoch: self.samples.epoch, seq: 1, time: 5)
        let page = MemberPage(members: [user], count: 1, cursor: "u1", version: 1)
        let bare = MemberPage(members: [], count: 0, cursor: nil, version: 0)
        let receipt = Receipt(position: head, time: 5, isDuplicate: false)
        var replicated = receipt
        replicated.replicas = 1
        switch name {
        case .hello: throw CommandRefusal(.badCommand("it is answered by an event"))
        case .join:
            let start = LogPosition(epoch: self.samples.epoch, seq: 0)
            return (
                .joined(JoinReply(room: room, head: head, recovered: true, replay: 0, members: page)),
                .joined(JoinReply(room: room, head: start, recovered: true, replay: 0, members: bare))
            )
        case .leave: return (.left(room), .left(room))
        case .send, .delete: return (.sent(room, replicated), .sent(room, receipt))
        case .typing: return (.typing(room), .typing(room))
        case .members: return (.members(room, page), .members(room, bare))
        case .history:
            let empty = LogPage(epoch: self.samples.epoch, first: 1, head: 0, publications: [])
            return (.history(room, empty), .history(room, empty))
        case .rename: return (.renamed(user), .renamed(user))
        case .refresh: return (.refreshed(tokenSeconds: 5), .refreshed(tokenSeconds: 5))
        case .ping: return (.pong(time: 5), .pong(time: 5))
        case .kick, .mute, .unmute, .ban, .unban, .clear, .close, .open, .slow:
            let command = try self.command(name, self.required("commands", name.rawValue)).command
            let order = try #require(command.order)
            return (.moderated(order, until: name == .slow ? nil : 5), .moderated(order, until: nil))
        }
    }

    @Test(arguments: Command.Name.allCases.filter { $0 != .hello })
    func `a reply has the fields that it says`(name: Command.Name) throws {
        let (most, least) = try self.replies(to: name)
        #expect(try self.keys(most.encoded(id: 1)) == self.properties("replies", name.rawValue))
        #expect(try self.keys(least.encoded(id: 1)) == self.required("replies", name.rawValue))
    }

    // MARK: Events

    /// An event with all that it can have, and with no more than it must have.
    private func events(_ name: Event.Name) throws -> (Event, Event) {
        let (room, user) = (self.samples.lobby, self.samples.mina)
        let position = LogPosition(epoch: self.samples.epoch, seq: 1)
        let change = PresenceChange(room: room, user: user, memberCount: 1, version: 1)
        func both(_ event: Event) -> (Event, Event) { (event, event) }
        switch name {
        case .welcome:
            var welcome = Welcome(
                user: user,
                session: try #require(SessionSecret("0123456789abcdef")),
                resumed: true,
                node: "n",
                server: "s",
                limits: .init(Limits()),
                pingSeconds: 25,
                tokenSeconds: 5
            )
            let most = welcome
            (welcome.tokenSeconds, welcome.limits.keySeconds) = (nil, nil)
            return (.welcome(most), .welcome(welcome))
        case .message:
            var message = Message(
                room: room,
                position: position,
                time: 5,
                sender: user,
                text: "hi",
                kind: .deletion,
                key: try IdempotencyKey("k"),
                of: 1
            )
            let most = message
            (message.position, message.key, message.of) = (nil, nil, nil)
            return (.message(most), .message(message))
        case .joined: return both(.joined(change))
        case .left: return both(.left(change))
        case .renamed: return both(.renamed(change, oldName: user.name))
        case .presence: return both(.presence(room: room, memberCount: 1, version: 1))
        case .typing: return both(.typing(room: room, user: user, active: true))
        case .gap: return both(.gap(room: room, epoch: self.samples.epoch, from: 1, to: 1))
        case .reset: return both(.reset(room: room, head: position))
        case .removed:
            var removal = Removal(room: room, code: .banned, message: "m", until: 5, reason: "r")
            let most = removal
            (removal.until, removal.reason) = (nil, nil)
            return (.removed(most), .removed(removal))
        case .status:
            return (.status(.degraded, detail: "d", rooms: [room]), .status(.degraded, detail: "d"))
        case .closing: return both(.closing(.draining, reconnectMilliseconds: 5))
        }
    }

    @Test(arguments: Event.Name.allCases)
    func `an event has the fields that it says`(name: Event.Name) throws {
        let (most, least) = try self.events(name)
        // A `welcome` may answer a `hello`.
        let id = name == .welcome ? 1 : nil
        #expect(try self.keys(most.encoded(id: id)) == self.properties("events", name.rawValue))
        #expect(try self.keys(least.encoded()) == self.required("events", name.rawValue))
    }

    @Test func `the limits in a welcome are those that it says`() throws {
        let (most, least) = try self.events(.welcome)
        let limits = self.definitions["events"]?["welcome"]?["properties"]?["limits"]
        #expect(self.keys(try JSONValue(most.encoded())["limits"]) == self.keys(limits?["properties"]))
        #expect(self.keys(try JSONValue(least.encoded())["limits"]) == self.words(limits?["required"]))
    }

    // MARK: Errors and words

    @Test func `an error has the fields that it says`() throws {
        let error = ProtocolError(.banned, "m", retryMilliseconds: 1, limit: 1, until: 1, reason: "r")
        let most = CommandRefusal(id: 1, room: "lobby", error)
        let least = CommandRefusal(ProtocolError(.internal, "m"))
        #expect(try self.keys(most.encoded()) == self.keys(self.definitions["error"]?["properties"]))
        #expect(try self.keys(least.encoded()) == self.words(self.definitions["error"]?["required"]))
    }

    @Test func `it has every code of an error`() throws {
        let file = Self.root.appending(path: "Sources/ChatCore/Rules/ProtocolError.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        let codes = source.matches(of: /public static let [`a-zA-Z]+ = Code\("([a-z_]+)"\)/).map { String($0.1) }
        #expect(codes.count > 15 && Set(codes) == self.words(self.definitions["error_code"]?["enum"]))
    }

    @Test func `it has every kind of a message`() {
        let kinds = self.definitions["commands"]?["send"]?["properties"]?["kind"]?["enum"]
        #expect(self.words(self.definitions["kind"]?["enum"]) == Set(MessageKind.allCases.map(\.rawValue)))
        #expect(self.words(kinds) == Set(MessageKind.allCases.filter(\.isForSenders).map(\.rawValue)))
    }
}
