import NIOCore
import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct CommandDecodingTests {
    private let samples: Samples

    init() throws { self.samples = try Samples() }

    private func decode(_ json: String, _ limits: Limits = Limits()) throws(CommandRefusal) -> CommandEnvelope {
        try CommandEnvelope(decoding: ByteBuffer(string: json), limits: limits)
    }

    private func refusal(_ json: String) -> CommandRefusal? {
        do throws(CommandRefusal) {
            _ = try self.decode(json)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Commands

    @Test func `every command is read`() throws {
        let (lobby, epoch) = (self.samples.lobby, self.samples.epoch)
        let text = try MessageText("hi", maximumBytes: 10)
        let expected: [(String, Command)] = [
            (#""hello""#, .hello(.init())),
            (
                #""hello","name":"Mina","session":"0123456789abcdef","token":"t","client":{"os":["x"]}"#,
                .hello(.init(name: self.samples.mina.name, session: SessionSecret("0123456789abcdef"), token: "t"))
            ),
            (#""join","room":"lobby""#, .join(.init(room: lobby))),
            (#""join","room":"lobby","history":0"#, .join(.init(room: lobby, start: .last(0)))),
            (#""join","room":"lobby","history":20"#, .join(.init(room: lobby, start: .last(20)))),
            (
                #""join","room":"lobby","after":{"seq":3,"epoch":"e1b2c3d4","x":{}}"#,
                .join(.init(room: lobby, start: .after(LogPosition(epoch: epoch, seq: 3))))
            ),
            (#""leave","room":"lobby""#, .leave(.init(room: lobby))),
            (#""send","room":"lobby","text":"hi""#, .send(.init(room: lobby, text: text))),
            (#""send","room":"lobby","text":"hi","kind":"text""#, .send(.init(room: lobby, text: text))),
            (
                #""send","room":"lobby","text":"hi","kind":"action","key":"k 1""#,
                .send(.init(room: lobby, text: text, kind: .action, key: try IdempotencyKey("k 1")))
            ),
            (#""typing","room":"lobby","active":true"#, .typing(.init(room: lobby, isActive: true))),
            (#""typing","room":"lobby","active":false"#, .typing(.init(room: lobby, isActive: false))),
            (#""members","room":"lobby""#, .members(.init(room: lobby))),
            (#""members","room":"lobby","cursor":"u1""#, .members(.init(room: lobby, cursor: "u1"))),
            (#""history","room":"lobby""#, .history(.init(room: lobby))),
            (
                #""history","room":"lobby","before":0,"epoch":"e1b2c3d4","limit":1"#,
                .history(.init(room: lobby, before: 0, epoch: epoch, limit: 1))
            ),
            (#""refresh","token":"a.b.c""#, .refresh(.init(token: "a.b.c"))),
            (#""rename","name":" Mina ""#, .rename(.init(name: self.samples.mina.name))),
            (#""ping""#, .ping(.init())),
        ]
        for (fields, command) in expected {
            #expect(try self.decode(#"{"type":\#(fields)}"#) == CommandEnvelope(id: nil, command))
            #expect(try self.decode(#"{"id":5,"type":\#(fields)}"#) == CommandEnvelope(id: 5, command))
            #expect(try self.decode(#"{"type":\#(fields),"id":5,"later":[{"a":1.5}]}"#).id == 5)
        }
    }

    @Test func `names and texts come in normal form`() throws {
        let json =
            #"{"type":"send","room":"\u1105\u1162\u1107\u1173\u11af\u110b\u1165\u11b8","text":"e\u0301\r\n\u0000"}"#
        guard case .send(let send) = try self.decode(json).command else {
            Issue.record("no send")
            return
        }
        #expect(send.room.rawValue == "래블업")
        #expect(Array(send.text.rawValue.unicodeScalars) == ["\u{E9}", "\n"])
    }

    @Test(arguments: [1, 2, 9_007_199_254_740_991])
    func `an id is a whole number`(id: Int) throws {
        #expect(try self.decode(#"{"type":"ping","id":\#(id)}"#).id == id)
    }

    @Test(arguments: [
        "0", "-0", "-1", "9007199254740992", "99999999999999999999", "1.0", "1e2", "1.5", #""1""#, "true", "[1]", "{}",
        #""""#,
    ])
    func `anything else is no id`(id: String) {
        for json in [#"{"type":"ping","id":\#(id)}"#, #"{"id":\#(id),"type":"ping"}"#] {
            let refusal = self.refusal(json)
            #expect(refusal?.error.code == .badCommand)
            #expect(refusal?.id == nil)
        }
    }

    @Test func `a session that cannot be one is as good as none`() throws {
        for session in ["", "x", String(repeating: "x", count: 129), "0123456789abcde\\n", "0123 456789abcdef"] {
            let command = try self.decode(#"{"type":"hello","session":"\#(session)"}"#).command
            #expect(command == .hello(.init()))
        }
    }

    @Test(arguments: [
        #"{"type":"hello","name":null,"session":null,"token":null,"id":null}"#,
        #"{"type":"join","room":"lobby","history":null}"#,
        #"{"type":"send","room":"lobby","text":"x","key":null,"kind":null}"#,
        #"{"type":"members","room":"lobby","cursor":null}"#,
        #"{"type":"history","room":"lobby","before":null,"epoch":null,"limit":null}"#,
        #"{"type":"join","room":"lobby","after":null}"#, #"{"type":"join","room":"lobby","after":null,"history":3}"#,
    ])
    func `null is as good as nothing`(json: String) {
        #expect(self.refusal(json) == nil)
    }

    /// A position with a time that cannot be is one without proof, which the log judges as such.
    @Test(
        arguments: [
            ("1790000000000", 1_790_000_000_000), ("0", 0), ("-5", -5), ("9007199254740993", 9_007_199_254_740_993),
            ("null", nil), (#""1790000000000""#, nil), ("1.5", nil), ("1e400", nil), ("99999999999999999999", nil),
            ("[{}]", nil),
        ] as [(String, Int?)]
    )
    func `the time of a position is evidence, and never an error`(json: String, time: Int?) throws {
        let join = #"{"type":"join","room":"lobby","after":{"epoch":"e1b2c3d4","seq":3,"time":\#(json)}}"#
        guard case .join(let join) = try self.decode(join).command, case .after(let position) = join.start else {
            throw ProtocolError.badCommand("no join")
        }
        #expect(position.seq == 3)
        #expect(position.time == time)
    }

    @Test func `the text has the limit of the server`() throws {
        var limits = Limits()
        limits.textBytes = 3
        #expect(throws: Never.self) { try self.decode(#"{"type":"send","room":"lobby","text":"가"}"#, limits) }
        let refusal = #expect(throws: CommandRefusal.self) {
            try self.decode(#"{"type":"send","id":3,"room":"lobby","text":"가a"}"#, limits)
        }
        #expect(refusal?.error.code == .textTooLong)
        #expect(refusal?.error.limit == 3)
    }

    // MARK: Refusals

    @Test(
        arguments: [
            (#"[]"#, .badJSON), (#""ping""#, .badJSON), ("7", .badJSON), ("", .badJSON), ("null", .badJSON),
            (#"{"type":"ping""#, .badJSON),
            (#"{"type":"ping"}x"#, .badJSON), (#"{"type":"pin\ud800g"}"#, .badJSON), (#"{}"#, .badCommand),
            (#"{"type":7}"#, .badCommand),
            (#"{"type":null}"#, .badCommand), (#"{"type":"dance"}"#, .unknownType), (#"{"type":""}"#, .unknownType),
            (#"{"type":"Ping"}"#, .unknownType),
            (#"{"type":"join"}"#, .badCommand), (#"{"type":"join","room":""}"#, .roomInvalid),
            (#"{"type":"join","room":"a b"}"#, .roomInvalid),
            (#"{"type":"join","room":7}"#, .badCommand), (#"{"type":"join","room":"a","history":-1}"#, .badCommand),
            (#"{"type":"join","room":"a","history":1.5}"#, .badCommand),
            (#"{"type":"join","room":"a","history":"1"}"#, .badCommand),
            (#"{"type":"join","room":"a","history":1,"after":{"epoch":"e1b2c3d4","seq":1}}"#, .badCommand),
            (#"{"type":"join","room":"a","after":{"epoch":"e1b2c3d4","seq":1},"history":0}"#, .badCommand),
            (#"{"type":"join","room":"a","after":{"epoch":"e1b2c3d4"}}"#, .badCommand),
            (#"{"type":"join","room":"a","after":{"seq":1}}"#, .badCommand),
            (#"{"type":"join","room":"a","after":{"epoch":"e1b2c3d4","seq":-1}}"#, .badCommand),
            (#"{"type":"join","room":"a","after":{"epoch":"e1b2c3d4","seq":"1"}}"#, .badCommand),
            (#"{"type":"join","room":"a","after":{"epoch":"NOT AN EPOCH","seq":1}}"#, .badCommand),
            (#"{"type":"join","room":"a","after":7}"#, .badCommand),
            (#"{"type":"join","room":"a","after":[]}"#, .badCommand), (#"{"type":"leave"}"#, .badCommand),
            (#"{"type":"leave","room":"-a"}"#, .roomInvalid),
            (#"{"type":"send","text":"x"}"#, .badCommand), (#"{"type":"send","room":"a"}"#, .badCommand),
            (#"{"type":"send","room":"a","text":""}"#, .textEmpty),
            (#"{"type":"send","room":"a","text":" \n"}"#, .textEmpty),
            (#"{"type":"send","room":"a","text":5}"#, .badCommand),
            (#"{"type":"send","room":"a","text":"x","kind":"shout"}"#, .badCommand),
            (#"{"type":"send","room":"a","text":"x","kind":1}"#, .badCommand),
            (#"{"type":"send","room":"a","text":"x","key":""}"#, .badCommand),
            (#"{"type":"send","room":"a","text":"x","key":"é"}"#, .badCommand),
            (#"{"type":"send","room":"a","text":"x","key":1}"#, .badCommand),
            (#"{"type":"typing","room":"a"}"#, .badCommand),
            (#"{"type":"typing","room":"a","active":"true"}"#, .badCommand),
            (#"{"type":"typing","room":"a","active":1}"#, .badCommand),
            (#"{"type":"typing","active":true}"#, .badCommand), (#"{"type":"members"}"#, .badCommand),
            (#"{"type":"members","room":"a","cursor":1}"#, .badCommand),
            (#"{"type":"history"}"#, .badCommand), (#"{"type":"history","room":"a","before":-1}"#, .badCommand),
            (#"{"type":"history","room":"a","limit":0}"#, .badCommand),
            (#"{"type":"history","room":"a","epoch":"x"}"#, .badCommand),
            (#"{"type":"refresh"}"#, .badCommand), (#"{"type":"refresh","token":7}"#, .badCommand),
            (#"{"type":"rename"}"#, .badCommand), (#"{"type":"rename","name":""}"#, .nameInvalid),
            (#"{"type":"rename","name":"a\nb"}"#, .nameInvalid),
            (#"{"type":"hello","name":" "}"#, .nameInvalid), (#"{"type":"hello","session":5}"#, .badCommand),
            (#"{"type":"hello","token":{}}"#, .badCommand),
        ] as [(String, ProtocolError.Code)]
    )
    func `what cannot be obeyed is refused by name`(json: String, code: ProtocolError.Code) {
        #expect(self.refusal(json)?.error.code == code)
        #expect(self.refusal(json)?.id == nil)
    }

    @Test(arguments: [
        #""type":"send","text":5,"room":"lobby""#, #""type":"join","room":"lobby","after":{"seq":[]}"#, #""type":7"#,
        #""type":"dance""#,
        #""type":"join","room":"a b""#, #""type":"send","room":"lobby","text":"""#, #""type":"rename","name":"""#,
        #""type":"typing","room":"lobby","active":null"#,
        #""type":"join","room":"lobby","history":1,"after":{"epoch":"e1b2c3d4","seq":1}"#,
    ])
    func `a refusal bears the id, wherever it stands`(fields: String) {
        #expect(self.refusal("{\(fields),\"id\":8}")?.id == 8)
        #expect(self.refusal("{\"id\":8,\(fields)}")?.id == 8)
        #expect(self.refusal("{\(fields)}")?.id == nil)
    }

    @Test func `a refusal bears the room, wherever it stands`() {
        #expect(self.refusal(#"{"type":"send","room":"lobby","text":""}"#)?.room == "lobby")
        #expect(self.refusal(#"{"type":"send","text":"","room":"lobby"}"#)?.room == "lobby")
        #expect(self.refusal(#"{"type":"send","text":"x","room":"a b"}"#)?.room == "a b")
        #expect(self.refusal(#"{"type":"send","text":"x"}"#)?.room == .some(nil))
    }

    @Test func `a refusal bears the room's name in normal form`() throws {
        // docs/PROTOCOL.md, section 3: replies and events bear normalised names; clients go by those.
        let refusal = try #require(self.refusal(#"{"type":"send","room":"cafe\u0301","text":""}"#))
        #expect(refusal.room?.unicodeScalars.map(\.value) == [0x63, 0x61, 0x66, 0xE9])
    }

    @Test func `the first fault is the one that is told`() {
        let message = self.refusal(#"{"type":"send","text":1,"room":2,"id":"x"}"#)?.error.message
        #expect(message == "text is a string")
    }

    @Test func `a type that is not known is told, in short`() throws {
        let type = String(repeating: "x", count: 1000)
        let message = try #require(self.refusal(#"{"type":"\#(type)"}"#)?.error.message)
        #expect(message.contains("xxx") && message.count < 100)
    }

    @Test func `a refusal is written with what it has`() {
        let refusal = CommandRefusal(
            id: 3,
            room: "a\"b",
            ProtocolError(.textTooLong, "too long", retryMilliseconds: 5, limit: 9)
        )
        #expect(
            String(buffer: refusal.encoded())
                == #"{"type":"error","id":3,"code":"text_too_long","message":"too long","retry_ms":5,"room":"a\"b","limit":9}"#
        )
        let bare = CommandRefusal(.badJSON("x"))
        #expect(
            String(buffer: bare.encoded()) == #"{"type":"error","code":"bad_json","message":"not a JSON object: x"}"#
        )
    }

    @Test(arguments: [Int.max, CommandID.maximum + 1, -1])
    func `a position that no log can have is refused`(seq: Int) throws {
        let json = #"{"type":"join","room":"lobby","after":{"epoch":"e1b2c3d4","seq":\#(seq)}}"#
        #expect(self.refusal(json)?.error.code == .badCommand)
    }
}
