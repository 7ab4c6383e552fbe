import ChatCore
import Testing

@testable import ChatTerminal
@testable import ChatWords

@Suite(.patience) struct TailTests {
    private let lobby: RoomName
    private let den: RoomName

    init() throws {
        self.lobby = try RoomName("lobby")
        self.den = try RoomName("래블업")
    }

    private func message(_ text: String) throws -> Message {
        Message(
            room: self.lobby,
            position: LogPosition(epoch: try Epoch("abcdefgh"), seq: 7),
            time: 0,
            sender: User(id: UserID("u1"), name: try UserName("민아")),
            text: text,
            kind: .text,
            key: try IdempotencyKey("k1")
        )
    }

    @Test(
        arguments: [
            ("{name}: {text}", "민아: hi"), ("{seq}\\t{room}\\n", "7\tlobby\n"), ("{{{name}}}", "{민아}"),
            ("{kind}", "text"),
            ("\\\\{epoch}/{user}", "\\abcdefgh/u1"), ("{milliseconds} {key}", "0 k1"), ("", ""), ("plain", "plain"),
        ]
    )
    func `a template says how a message is printed`(template: String, printed: String) throws {
        #expect(try MessageTemplate(template).fill(self.message("hi")) == printed)
    }

    @Test func `a message can be one line, and steers no terminal`() throws {
        #expect(try MessageTemplate("{line}").fill(self.message("a\nb\\\tc")) == "a\\nb\\\\\\tc")
        #expect(try MessageTemplate("{text}").fill(self.message("\u{1B}]0;x\u{7}a\u{202E}b")) == "]0;xab")
    }

    @Test(
        arguments: [
            ("{nmae}", "nmae"), ("{name", "{"), ("name}", "}"), ("\\q", "\\q"), ("x\\", "\\"), ("{}", "\"\""),
        ]
    )
    func `what is not understood is named`(template: String, named: String) {
        let error = #expect(throws: Fault.self) { try MessageTemplate(template) }
        #expect(error?.message.contains(named) == true)
    }

    @Test func `the error for a field lists the fields there are`() {
        let error = #expect(throws: Fault.self) { try MessageTemplate("{who}") }
        for field in MessageTemplate.Field.allCases { #expect(error?.message.contains(field.rawValue) == true) }
    }

    @Test(
        arguments: [
            ("90", 90_000), ("90s", 90_000), ("10m", 600_000), ("2h", 7_200_000), ("1d", 86_400_000),
            ("1h30m", 5_400_000),
            ("", nil), ("m", nil), ("-1m", nil), ("1.5h", nil), ("10x", nil), ("99999999999999999999s", nil),
            ("3650d", 315_360_000_000), ("3650d1s", nil), ("9999d9h", nil),
            (String(repeating: "315360000d", count: 400), nil),
            ("١s", nil),
        ] as [(String, Int?)]
    )
    func `a span of time is read or refused`(raw: String, milliseconds: Int?) {
        #expect(TimeSpan.milliseconds(raw) == milliseconds)
    }

    @Test func `positions are read as they were written`() throws {
        var positions = Positions()
        positions[self.lobby] = LogPosition(epoch: try Epoch("abcdefgh"), seq: 7)
        positions[self.den] = LogPosition(epoch: try Epoch("zyxwvuts"), seq: 0)
        #expect(try Positions(reading: Array(positions.text.utf8)) == positions)
    }

    @Test(
        arguments: [
            "", "x", "{}", #"{"rooms":{},"version":2}"#, #"{"version":1,"rooms":{"a b":{"epoch":"abcdefgh","seq":1}}}"#,
            #"{"version":1,"rooms":{"a":{"epoch":"?","seq":1}}}"#,
            #"{"version":1,"rooms":{"a":{"epoch":"abcdefgh","seq":-1}}}"#,
        ]
    )
    func `a file of something else is not taken for positions`(text: String) {
        #expect(throws: Fault.self) { try Positions(reading: Array(text.utf8)) }
    }

    @Test func `the past is printed when every room's is`() {
        var backlog = Backlog([self.lobby, self.den])
        backlog.joined(self.lobby, replay: 2)
        backlog.printed(self.lobby)
        #expect(!backlog.isDone)
        // The connection broke, and what is left comes again.
        backlog.joined(self.lobby, replay: 1)
        backlog.printed(self.lobby)
        #expect(!backlog.isDone, "nobody knows yet how much the other room has")
        backlog.joined(self.den, replay: 0)
        #expect(backlog.isDone)
        backlog.printed(self.lobby)
        #expect(backlog.isDone, "what comes after that is live")
    }

    @Test(arguments: ["-1", "9007199254740992", "9223372036854775807", "1.5", "null", "\"1\""])
    func `a position that no log has is refused`(seq: String) {
        let file = #"{"version":1,"rooms":{"lobby":{"epoch":"abcdefgh","seq":\#(seq)}}}"#
        #expect(throws: Fault.self) { try Positions(reading: Array(file.utf8)) }
    }
}
