import Testing

@testable import ChatCore

@Suite(.patience) struct MessageTextTests {
    private func text(_ raw: String, _ maximum: Int = 8192) throws(ProtocolError) -> String {
        try MessageText(raw, maximumBytes: maximum).rawValue
    }

    @Test(arguments: [
        "hi", " hi ", "a\nb", "a\tb", "안녕하세요 👋🏽", "👨‍👩‍👧", "a\u{200D}b", "\u{202E}abc", "<script>", "\u{200B}", "\"\\",
        "\u{2028}x", "\u{FEFF}x",
    ])
    func `a text is delivered as it was sent`(raw: String) throws {
        #expect(Array(try self.text(raw).unicodeScalars) == Array(raw.unicodeScalars))
    }

    @Test func `control characters go, but for new lines and tabs`() throws {
        for value in (0x00...0x9F as ClosedRange<UInt32>) {
            let scalar = try #require(Unicode.Scalar(value))
            let kept = scalar.properties.generalCategory != .control || scalar == "\n" || scalar == "\t"
            #expect(try self.text("a\(scalar)b") == (kept ? "a\(scalar)b" : "ab"), "U+\(String(value, radix: 16))")
        }
    }

    @Test(arguments: [
        ("a\r\nb", "a\nb"), ("\u{1B}[31mred\u{1B}[0m", "[31mred[0m"), ("\u{9B}31m", "31m"), ("Â\u{85}©", "Â©"),
        ("e\u{0}\u{301}", "\u{E9}"), ("\u{1112}\u{7}\u{1161}\u{11AB}", "한"),
    ])
    func `control characters go before the text is normalised`(raw: String, expected: String) throws {
        #expect(Array(try self.text(raw).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        "", " ", "\n\t ", "\u{3000}", "\u{A0}\u{2003}", "\u{2028}\u{2029}", "\u{0}", "\u{0} \u{7F}", "\r\n", "\u{85}",
        "\u{1680}",
    ])
    func `white space alone is empty`(raw: String) {
        #expect(code { () throws(ProtocolError) in try self.text(raw) } == .textEmpty)
    }

    @Test func `the limit is one of bytes, after normalisation`() throws {
        let longest = String(repeating: "각", count: 10)
        #expect(try self.text(String(repeating: "\u{1100}\u{1161}\u{11A8}", count: 10), 30) == longest)
        #expect(code { () throws(ProtocolError) in try self.text(longest + "a", 30) } == .textTooLong)
        // This one grows: one scalar of three bytes becomes two of six together.
        #expect(code { () throws(ProtocolError) in try self.text("\u{958}", 3) } == .textTooLong)
        #expect(try self.text("\u{958}", 6) == "\u{915}\u{93C}")
        #expect(try self.text(String(repeating: "a", count: 30) + "\u{0}\r", 30).utf8.count == 30)
    }

    @Test func `the error names the limit`() throws {
        let error = #expect(throws: ProtocolError.self) { try MessageText("abcd", maximumBytes: 3) }
        #expect(error?.limit == 3)
        #expect(error?.message.contains("3") == true)
        let huge = String(repeating: "a", count: 100)
        #expect(throws: ProtocolError(.textTooLong, "a text has at most 3 bytes", limit: 3)) {
            try MessageText(huge, maximumBytes: 3)
        }
    }

    @Test func `a clean text stays as it is`() throws {
        for raw in ["가\u{0}나", "e\u{301}\r\n", " \u{85}x"] {
            let text = try self.text(raw)
            #expect(try self.text(text) == text)
        }
    }
}
