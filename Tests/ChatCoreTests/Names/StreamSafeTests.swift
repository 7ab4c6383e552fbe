import NIOCore
import Testing

@testable import ChatCore

/// Runs of combining marks: 30 are kept, whoever sends them.
@Suite(.patience) struct StreamSafeTests {
    private static let marks = [
        "\u{301}", "\u{345}", "\u{316}", "\u{334}", "\u{5B4}", "\u{93C}", "\u{3099}", "\u{1D165}",
    ]

    private func run(_ mark: String, _ count: Int) -> String { "x" + String(repeating: mark, count: count) }

    @Test(arguments: StreamSafeTests.marks)
    func `of a text the first 30 marks in a row are kept`(mark: String) throws {
        for count in [29, 30, 31, 1000] {
            let text = try MessageText(self.run(mark, count) + "y", maximumBytes: 8192)
            let expected = self.run(mark, min(count, 30)) + "y"
            #expect(Array(text.rawValue.utf8) == Array(expected.normalizedNFC.utf8))
        }
    }

    @Test func `marks that are two count twice, also those without a class of their own`() {
        for mark in ["\u{344}", "\u{F73}", "\u{F75}", "\u{F81}"] {
            #expect(self.run(mark, 15).isStreamSafe && !self.run(mark, 16).isStreamSafe)
            #expect(self.run(mark, 99).streamSafe.unicodeScalars.count == 16)
        }
    }

    @Test func `what stands between two runs keeps them apart`() {
        let text = String(repeating: self.run("\u{301}", 30), count: 10)
        #expect(text.isStreamSafe)
        #expect(Array(text.streamSafe.utf8) == Array(text.utf8))
    }

    @Test(arguments: StreamSafeTests.marks)
    func `a name with more is refused`(mark: String) {
        let user = #expect(throws: ProtocolError.self) { try UserName(self.run(mark, 31)) }
        #expect(user?.code == .nameInvalid && user?.message.contains("30") == true)
        let room = #expect(throws: ProtocolError.self) { try RoomName(self.run(mark, 31)) }
        #expect(room?.code == .roomInvalid && room?.message.contains("30") == true)
    }

    @Test func `a removed control character does not join two runs to a longer one`() throws {
        let raw = self.run("\u{316}", 30) + "\u{1}" + String(repeating: "\u{316}", count: 30)
        let text = try MessageText(raw, maximumBytes: 999)
        #expect(text.rawValue.unicodeScalars.count == 31)
    }

    @Test func `a client trusts its server no more than that`() throws {
        let text = self.run("\u{316}", 500)
        let json = #"{"type":"message","room":"lobby","time":1,"from":{"id":"u1","name":"n"},"text":"\#(text)"}"#
        guard case .event(.message(let message)) = try ServerMessage(decoding: ByteBuffer(string: json)) else {
            Issue.record("no message")
            return
        }
        #expect(message.text.unicodeScalars.count == 31)
    }
}
