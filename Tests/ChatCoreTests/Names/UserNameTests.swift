import Testing
import TestSupport

@testable import ChatCore

@Suite(.patience) struct UserNameTests {
    @Test(arguments: 1...20)
    func `a name that was taken is taken as it is`(seed: Int) {
        var random = SeededGenerator(UInt64(seed))
        // What is joined, marked, reordered, left out or cut off beside each other.
        let scalars: [Unicode.Scalar] = [
            "\u{915}", "\u{94D}", "\u{200D}", "\u{200C}", "\u{300}", "\u{315}", "\u{64B}", "\u{645}", "\u{627}",
            "\u{654}", "\u{2060}", "\u{3000}", "$", "a", "\u{FE0F}", "\u{2764}", "\u{1F469}", "\u{1F3FD}", "\u{1F3F4}",
            "\u{E0067}", "\u{1820}", "\u{180B}", "\u{1100}", "\u{1161}", "\u{9C4D}", "\u{FE00}", "\u{338}",
        ]
        for _ in 0..<2000 {
            var raw = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                raw.append(scalars[Int.random(in: 0..<scalars.count, using: &random)])
            }
            guard let name = try? UserName(String(raw)) else { continue }
            #expect((try? UserName(name.rawValue)) == name, "\(raw.map { String($0.value, radix: 16) })")
        }
    }

    @Test(arguments: [
        "Mina", "민아", "O'Neil \\ \"x\"", "<b>", "👨‍👩‍👧", "a b", "a\u{A0}b", "é", "אב", "{}", "🏳️‍🌈", "1",
        "-", ".",
        "ẓ̌", "\u{FFFC}", "க்ஷி",
    ])
    func `a name is what people call themselves`(raw: String) throws {
        #expect(try UserName(raw).rawValue == raw)
    }

    @Test(arguments: [
        (" Mina ", "Mina"), ("\tMina\n", "Mina"), ("\r\nMina\u{85}", "Mina"), ("\u{3000}민아\u{A0}", "민아"),
        ("\u{2028}Mina\u{2029}", "Mina"), (" a  b ", "a  b"), ("Zoe\u{308}", "Zo\u{EB}"),
        ("\u{1106}\u{1175}\u{11AB}아", "민아"), ("\u{2000}x\u{2001}", "x"),
    ])
    func `a name is trimmed and in normal form`(raw: String, expected: String) throws {
        let name = try UserName(raw)
        #expect(Array(name.rawValue.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(try name == UserName(expected))
        #expect(try UserName(name.rawValue) == name)
    }

    /// Plain names take a shorter way: it must lead to the same.
    @Test func `a plain name is trimmed and measured like any other`() {
        var random = SeededGenerator(1)
        for _ in 0..<5000 {
            let length = Int.random(in: 0...36, using: &random)
            let raw = String(
                (0..<length).map { _ in
                    Bool.random(using: &random)
                        ? " " : Character(UnicodeScalar(UInt8.random(in: 0x21...0x7E, using: &random)))
                }
            )
            let trimmed = raw.trimmingPrefix { $0 == " " }.reversed().trimmingPrefix { $0 == " " }.reversed()
            let expected = trimmed.isEmpty || trimmed.count > UserName.maximumCharacters ? nil : String(trimmed)
            #expect((try? UserName(raw))?.rawValue == expected, "\(raw)")
        }
    }

    @Test(arguments: [
        "", " ", "\n", "\u{3000}\u{A0}", "\u{200B}", "\u{200B}\u{200C}\u{200D}\u{FEFF}", "\u{2060}", "\u{AD}",
        "\u{34F}",
        "\u{FE0F}", "\u{180E}", "\u{3164}", "\u{FFA0}", "\u{115F}\u{1160}", "\u{61C}", "\u{200E}\u{200F}", "\u{E0001}",
        "\u{E0020}\u{E007F}", " \u{200B} ", "\u{200B} \u{200B}", "\u{2063}", "\u{E0100}",
    ])
    func `a name that cannot be seen is refused`(raw: String) {
        #expect(code { () throws(ProtocolError) in try UserName(raw) } == .nameInvalid)
    }

    @Test(arguments: [
        "a\nb", "a\rb", "a\r\nb", "a\u{2028}b", "a\u{2029}b", "a\u{85}b", "a\u{B}b", "a\u{C}b", "a\tb", "a\u{0}",
        "\u{0}a",
        "a\u{1B}[31m", "a\u{7F}", "a\u{9B}b", "\u{7}",
    ])
    func `control characters and new lines are refused`(raw: String) {
        #expect(code { () throws(ProtocolError) in try UserName(raw) } == .nameInvalid)
    }

    @Test(arguments: [0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069] as [UInt32])
    func `what turns the direction of a text is refused`(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        for raw in ["a\(scalar)b", "\(scalar)a", "a\(scalar)"] {
            #expect(code { () throws(ProtocolError) in try UserName(raw) } == .nameInvalid)
        }
    }

    @Test(arguments: [
        ("a", 32), ("가", 32), ("é", 32), ("e\u{301}", 32), ("👋", 32), ("👋🏽", 16), ("👨‍👩‍👧‍👦", 5), ("\u{1112}\u{1161}", 32),
    ])
    func `a character is what people count as one`(character: String, maximum: Int) throws {
        let longest = String(repeating: character, count: maximum)
        let name = try UserName(longest)
        #expect(name.rawValue.count == maximum)
        #expect(name.rawValue.utf8.count <= 128)
        #expect(code { () throws(ProtocolError) in try UserName(longest + character) } == .nameInvalid)
        #expect(try UserName("  \(longest)\n") == name)
    }

    @Test func `one character may not have bytes without end`() {
        let zalgo = "a" + String(repeating: "\u{301}", count: 65)
        #expect(zalgo.count == 1)
        #expect(code { () throws(ProtocolError) in try UserName(zalgo) } == .nameInvalid)
    }

    @Test func `a guest has a name that is valid`() throws {
        let name = UserName.guest(UserID("u12345678"))
        #expect(name.rawValue == "guest-5678")
        #expect(try UserName(name.rawValue) == name)
    }
}
