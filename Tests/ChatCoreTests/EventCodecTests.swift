import NIOCore
import Testing

@testable import ChatCore

/// What one side writes, the other reads as the same.
@Suite(.patience) struct EventCodecTests {
    private let room: RoomName
    private let epoch: Epoch
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.epoch = try Epoch("e1b2c3d4")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    private func decode(_ json: String) throws -> ServerMessage {
        try ServerMessage(decoding: ByteBuffer(string: json))
    }

    @Test func `every event is read as it was written`() throws {
        let change = PresenceChange(room: self.room, user: self.mina, memberCount: 3, version: 9)
        let session = try #require(SessionSecret("0123456789abcdef"))
        let events: [Event] = [
            .welcome(
                Welcome(
                    user: self.mina,
                    session: session,
                    resumed: true,
                    node: "n1",
                    server: "chat/1",
                    limits: .init(Limits()),
                    pingSeconds: 25
                )
            ),
            .welcome(
                Welcome(
                    user: self.mina,
                    session: session,
                    resumed: false,
                    node: "n1",
                    server: "chat/1",
                    limits: .init(Limits()),
                    pingSeconds: 25,
                    tokenSeconds: 300
                )
            ),
            .message(
                Message(
                    room: self.room,
                    position: LogPosition(epoch: self.epoch, seq: 7),
                    time: 1_700_000_000_000,
                    sender: self.mina,
                    text: "안녕하세요 👋🏽👨‍👩‍👧\n\"hi\" \\ \u{1}",
                    kind: .action,
                    key: try IdempotencyKey("k-1")
                )
            ),
            .message(
                Message(
                    room: self.room,
                    position: nil,
                    time: 1,
                    sender: User(id: UserID("redis"), name: try UserName("ops")),
                    text: "hi",
                    kind: .text,
                    key: nil
                )
            ),
            .joined(change), .left(change), .renamed(change, oldName: try UserName("Mina")),
            .presence(room: self.room, memberCount: 5000, version: 12),
            .typing(room: self.room, user: self.mina, active: false),
            .gap(room: self.room, epoch: self.epoch, from: 2, to: 4),
            .reset(room: self.room, head: LogPosition(epoch: self.epoch, seq: 0)),
            .removed(Removal(room: self.room, code: .forbidden, message: "not any more")),
            .removed(Removal(room: self.room, code: .init("banned"), message: "for a day", until: 1_790_000_000_000)),
            .status(.degraded, detail: "no broker"), .status(.ok, detail: "back", rooms: [self.room]),
            .closing(.draining, reconnectMilliseconds: 800),
        ]
        for event in events {
            #expect(try ServerMessage(decoding: event.encoded(id: 1)) == .event(event))
        }
    }

    @Test func `types and keys that are not known are ignored`() throws {
        #expect(try self.decode(#"{"type":"reaction","room":"x"}"#) == .unknown(type: "reaction"))
        #expect(try self.decode(#"{"type":"status","state":"dancing"}"#) == .unknown(type: "status"))
        let presence = #"{"type":"presence","room":"lobby","member_count":1,"presence_version":2,"mood":{"a":[1.5]}}"#
        #expect(
            try self.decode(presence) == .event(.presence(room: RoomName("lobby"), memberCount: 1, version: 2))
        )
    }

    @Test(arguments: [
        #"[]"#, #"{"#, #"{"type":7}"#, #"{"type":"ok"}"#, #"{"type":"error","id":1}"#,
        #"{"type":"message","room":"lobby","time":1,"from":{"id":"u1"},"text":"x"}"#,
        #"{"type":"gap","room":"../etc","epoch":"e1b2c3d4","from":1,"to":2}"#,
    ])
    func `a message that lacks what its type must have is refused`(json: String) {
        #expect(throws: JSONError.self) { try self.decode(json) }
    }

    @Test func `an error is read with all that it says`() throws {
        let refusal = CommandRefusal(
            id: 4,
            room: "lobby",
            ProtocolError(.rateLimited, "slower", retryMilliseconds: 120, limit: 20)
        )
        #expect(try ServerMessage(decoding: refusal.encoded()) == .error(refusal))
    }

    @Test func `the reply to a join is read`() throws {
        let page = MemberPage(members: [self.mina], count: 1, cursor: "u1", version: 3)
        let head = LogPosition(epoch: self.epoch, seq: 42)
        let reply = Reply.joined(JoinReply(room: self.room, head: head, recovered: true, replay: 2, members: page))
        let fields = try self.fields(of: reply)
        let joined = try fields.joined()
        #expect(joined.room == self.room && joined.head == head && joined.recovered && joined.replay == 2)
        #expect(joined.members == page)
    }

    @Test func `the replies to send, history and rename are read`() throws {
        let receipt = Receipt(position: LogPosition(epoch: self.epoch, seq: 3), time: 99, isDuplicate: true)
        #expect(try self.fields(of: .sent(self.room, receipt)).receipt() == receipt)
        var replicated = receipt
        replicated.replicas = 2
        #expect(try self.fields(of: .sent(self.room, replicated)).receipt() == replicated)
        // The longest one of all, and the space for it, is known beforehand.
        let place = LogPosition(epoch: try Epoch(String(repeating: "z", count: Epoch.maximumBytes)), seq: .max)
        let longest = Receipt(position: place, time: .min, isDuplicate: false, replicas: .max)
        let room = try RoomName(String(repeating: "가", count: RoomName.maximumScalars))
        var answer = ByteBuffer()
        Reply.sent(room, longest).write(id: .max, to: &answer)
        #expect(answer.readableBytes == 192 + 32 + 3 * 19 + 20 + 85)
        #expect(try self.fields(of: .renamed(self.mina)).renamed() == self.mina)
        #expect(try self.fields(of: .refreshed(tokenSeconds: 300)).tokenSeconds() == 300)

        let message = Message(
            room: self.room,
            position: LogPosition(epoch: self.epoch, seq: 3),
            time: 99,
            sender: self.mina,
            text: "x",
            kind: .text,
            key: nil
        )
        let publication = Publication(
            position: LogPosition(epoch: self.epoch, seq: 3),
            payload: Event.message(message).encoded()
        )
        let log = LogPage(epoch: self.epoch, first: 1, head: 3, publications: [publication])
        let history = HistoryPage(room: self.room, epoch: self.epoch, messages: [message], hasOlder: true)
        #expect(try self.fields(of: .history(self.room, log)).history() == history)
    }

    @Test func `a reply is appended, and memory that was used before does not show`() {
        var buffer = ByteBuffer(string: "data: ")
        Reply.pong(time: 1).write(id: 7, to: &buffer)
        #expect(String(buffer: buffer) == #"data: {"type":"ok","id":7,"time":1}"#)
        let earlier = buffer
        buffer.clear()
        Reply.left(self.room).write(id: 8, to: &buffer)
        #expect(buffer == Reply.left(self.room).encoded(id: 8))
        #expect(String(buffer: earlier) == #"data: {"type":"ok","id":7,"time":1}"#)
    }

    private func fields(of reply: Reply) throws -> ReplyFields {
        guard case .ok(let fields) = try ServerMessage(decoding: reply.encoded(id: 5)) else {
            throw JSONError(detail: "no ok")
        }
        #expect(fields.id == 5)
        return fields
    }

    @Test func `every command is read as it was written`() throws {
        let key = try IdempotencyKey("k-1")
        let text = try MessageText("\"안녕\"\t", maximumBytes: 99)
        let commands: [Command] = [
            .hello(.init(name: self.mina.name, session: SessionSecret("0123456789abcdef"), token: "t")),
            .hello(.init()),
            .join(.init(room: self.room)), .join(.init(room: self.room, start: .last(20))),
            .join(.init(room: self.room, start: .after(LogPosition(epoch: self.epoch, seq: 0)))),
            .leave(.init(room: self.room)),
            .send(.init(room: self.room, text: text, kind: .action, key: key)),
            .typing(.init(room: self.room, isActive: true)), .members(.init(room: self.room, cursor: "u1")),
            .members(.init(room: self.room)),
            .history(.init(room: self.room, before: 9, epoch: self.epoch, limit: 5)), .history(.init(room: self.room)),
            .rename(.init(name: self.mina.name)), .refresh(.init(token: "a.b.c")), .ping(.init()),
        ]
        for command in commands {
            let envelope = CommandEnvelope(id: 3, command)
            #expect(try CommandEnvelope(decoding: envelope.encoded(), limits: Limits()) == envelope)
        }
    }

    @Test(arguments: ["-1", "9007199254740992", "9223372036854775807", "-9223372036854775808"])
    func `a number that nobody can reckon with is none`(number: String) {
        for json in [
            #"{"type":"gap","room":"lobby","epoch":"abcdefgh","from":1,"to":\#(number)}"#,
            #"{"type":"presence","room":"lobby","member_count":1,"presence_version":\#(number)}"#,
            #"{"type":"ok","id":\#(number)}"#,
        ] {
            #expect(throws: JSONError.self) { try ServerMessage(decoding: ByteBuffer(string: json)) }
        }
    }

    @Test(arguments: ["", "\u{E9}", String(repeating: "u", count: 65), "a\nb"])
    func `a user's id is short ASCII`(id: String) {
        let json = #"{"type":"typing","room":"lobby","user":{"id":"\#(id)","name":"n"},"active":true}"#
        #expect(throws: JSONError.self) { try ServerMessage(decoding: ByteBuffer(string: json)) }
    }
}
