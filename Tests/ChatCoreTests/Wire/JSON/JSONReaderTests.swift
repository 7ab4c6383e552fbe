import NIOCore
import Testing

@testable import ChatCore

@Suite(.patience) struct JSONReaderTests {
    private func read(_ json: String) throws(JSONError) -> JSONValue { try JSONValue(ByteBuffer(string: json)) }

    private func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue { try JSONValue(ByteBuffer(bytes: bytes)) }

    @Test(
        arguments: [
            ("{}", .object([:])), ("[]", .array([])), (" \t\r\n{ } \n", .object([:])), ("\"\"", .string("")),
            ("true", .bool(true)),
            ("false", .bool(false)), ("null", .null), ("0", .integer(0)), ("-1", .integer(-1)),
            (
                #"{"a":1,"b":[true,null,"x"]}"#,
                .object(["a": .integer(1), "b": .array([.bool(true), .null, .string("x")])])
            ),
            (#" { "a" : { "b" : [ ] } , "" : 2 } "#, .object(["a": .object(["b": .array([])]), "": .integer(2)])),
        ] as [(String, JSONValue)]
    )
    func `what is JSON is read`(json: String, expected: JSONValue) throws {
        #expect(try self.read(json) == expected)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "{]", "[}", "{} {}", "{}x", "{},", "[1,]", "[,1]", "[1 2]", #"{"a"}"#, #"{"a":}"#,
        #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "nul",
        "nulll",
        "tru", "truee", "True", "NULL", "undefined", "NaN", "Infinity", "-Infinity", "/**/{}", "{}//", "\u{FEFF}{}",
        "\u{A0}{}", "\u{C}{}", #"{"a":1}}"#, "[[]", "\u{0}", "{}\u{0}",
    ])
    func `what is not JSON is refused`(json: String) {
        #expect(throws: JSONError.self) { try self.read(json) }
    }

    // MARK: Numbers

    @Test(
        arguments: [
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("-0", .integer(0)),
            ("9223372036854775808", .fraction), ("123456789012345678901234567890", .fraction), ("1e400", .fraction),
            ("1e-2", .fraction), ("-0.5", .fraction), ("0.10", .fraction),
            ("0.\(String(repeating: "0", count: 40))1", .fraction),
            ("1.0", .integer(1)), ("1E+2", .integer(100)), ("0e0", .integer(0)), ("1e00", .integer(1)),
            ("-0.0", .integer(0)), ("9007199254740991.0", .integer(9_007_199_254_740_991)),
            ("9007199254740992.0", .fraction), ("-12.5e3", .integer(-12500)),
        ] as [(String, JSONValue)]
    )
    func `a number is a whole one that fits, or a fraction`(json: String, expected: JSONValue) throws {
        #expect(try self.read(json) == expected)
        #expect(try self.read("[\(json)]") == .array([expected]))
        #expect(try self.read("[\(json) ]") == .array([expected]))
    }

    @Test(arguments: [
        "01", "-01", "00", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "1E-", "0x10", "1_000", "--1", "1..2", "1e1.5",
        "٣", "1a", "-a",
        "1 e5",
    ])
    func `a number is written as the standard says`(json: String) {
        #expect(throws: JSONError.self) { try self.read(json) }
        #expect(throws: JSONError.self) { try self.read("[\(json)]") }
    }

    // MARK: Strings

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\uAC00\uac01""#, "Aé가각"),
        (#""\u0000""#, "\u{0}"),
        (#""\ud83d\udc4b""#, "👋"), (#""\uD83D\uDC4B""#, "👋"), (#""a\ud800\udc00z""#, "a\u{10000}z"),
        (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\uffff\ufffd""#, "\u{FFFF}\u{FFFD}"), (#""e\u0301""#, "e\u{301}"),
        (#""가\n나👋\"다""#, "가\n나👋\"다"), ("\"\u{7F}\u{85}\u{2028}\"", "\u{7F}\u{85}\u{2028}"), (#""\\u0041""#, #"\u0041"#),
        (#""\ud83d\udc4b\ud83d\udc4b""#, "👋👋"),
    ])
    func `escapes are read`(json: String, expected: String) throws {
        let string = try #require(try self.read(json).string)
        #expect(Array(string.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        #""\ud83d""#, #""\udc4b""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#, #""\udc4b\ud83d""#,
        #""\ud83d\u0041""#,
        #""\ud83d \udc4b""#, #""\ud83d\\udc4b""#, #""\uDFFF""#, #""\uD800\u""#, #""\ud83d\udc4""#, #""\ud83d\"#,
    ])
    func `a lone surrogate is refused`(json: String) {
        #expect(throws: JSONError.self) { try self.read(json) }
        #expect(throws: JSONError.self) { try self.read(#"{\#(json):1}"#) }
    }

    @Test(arguments: [
        #""\x41""#, #""\u""#, #""\u12""#, #""\u12g4""#, #""\u 123""#, #""\u+123""#, #""\u-123""#, #""\U0041""#,
        #""\a""#, #""\0""#, #""\'""#,
        #""\"#, #""abc"#, #""abc\""#, #"""#, #""\u004"#, #""\u１２３４""#, "\"\\\n\"", #""\u{41}""#,
    ])
    func `an escape is written as the standard says`(json: String) {
        #expect(throws: JSONError.self) { try self.read(json) }
    }

    @Test(arguments: 0..<0x20)
    func `a control character in a string is refused`(byte: UInt8) {
        #expect(throws: JSONError.self) { try self.read([0x22, 0x61, byte, 0x22]) }
        #expect(throws: JSONError.self) { try self.read([0x22, 0x5C, 0x6E, byte, 0x22]) }
        #expect(throws: JSONError.self) { try self.read([0x7B, 0x22, byte, 0x22, 0x3A, 0x31, 0x7D]) }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xEA, 0xB0], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x91], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80],
            [0xFE], [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0xBD, 0xED, 0xB1, 0x8B],
        ] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try self.read([0x22] + bytes + [0x22]) }
        #expect(throws: JSONError.self) { try self.read([0x22, 0x61] + bytes + [0x5C, 0x6E, 0x22]) }
        #expect(throws: JSONError.self) { try self.read([0x22, 0x5C, 0x6E] + bytes + [0x22]) }
        #expect(throws: JSONError.self) { try self.read([0x7B, 0x22] + bytes + [0x22, 0x3A, 0x31, 0x7D]) }
        #expect(throws: JSONError.self) { try self.read([0x7B, 0x7D] + bytes) }
    }

    @Test func `an escape does not complete a character that was cut`() {
        #expect(throws: JSONError.self) { try self.read([0x22, 0xC3, 0x5C, 0x75, 0x30, 0x30, 0x61, 0x39, 0x22]) }
    }

    // MARK: Nesting and keys

    @Test(arguments: ["[", #"{"a":"#])
    func `nesting has a limit`(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        let inner = opening == "[" ? "" : "1"
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + inner + String(repeating: closing, count: depth)
        }
        #expect(throws: Never.self) { try self.read(nested(JSONReader.maximumDepth)) }
        #expect(throws: JSONError.self) { try self.read(nested(JSONReader.maximumDepth + 1)) }
        #expect(throws: JSONError.self) { try self.read(nested(30_000)) }
        #expect(throws: JSONError.self) { try self.read(String(repeating: opening, count: 30_000)) }
    }

    @Test func `what stands side by side is not nested`() throws {
        let many = Array(repeating: "[[],{}]", count: 1000).joined(separator: ",")
        #expect(try self.read("[\(many)]").array?.count == 1000)
    }

    @Test func `of a key that comes twice the last value counts`() throws {
        #expect(try self.read(#"{"a":1,"a":2}"#) == .object(["a": .integer(2)]))
        #expect(try self.read(#"{"a":1,"\u0061":{}}"#) == .object(["a": .object([:])]))
    }

    @Test func `a value that is skipped is checked all the same`() {
        for json in [#"{"x":[1,]}"#, #"{"x":"\ud800"}"#, #"{"x":01}"#, #"{"x":{"y":tru}}"#] {
            let refusal = #expect(throws: CommandRefusal.self) {
                try CommandEnvelope(decoding: ByteBuffer(string: json), limits: Limits())
            }
            #expect(refusal?.error.code == .badJSON)
        }
    }
}
