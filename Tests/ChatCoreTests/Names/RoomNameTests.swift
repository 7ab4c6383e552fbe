import Testing

@testable import ChatCore

@Suite(.patience) struct RoomNameTests {
    @Test(arguments: [
        "래블업", "lobby", "Lobby", "_", "_private", "0", "7of9", "a.b.c", "a..b", "a-", "a.", "a_b-c.d", "日本語", "ру́сский",
        "हिन्दी", "ไทย", "عربى", "٣٤", "ǅ", "ʰ", "𐐀", "a\u{20DD}",
    ])
    func `letters, marks and digits of any script make a name`(raw: String) throws {
        #expect(try RoomName(raw).rawValue == raw)
    }

    @Test(arguments: [
        "", ".", ".hidden", "..", "-", "-dash", "\u{301}", "\u{301}a", "\u{903}a", "\u{20DD}a", " ", "a b", " a", "a ",
        "a\n", "a\u{0}", "a\u{7F}", "a/b", "a\\b", "a{b}", "{a}", "a:b", "a*", "a?b", "a#b", "a%20b", "a\"b", "a'b",
        "a,b", "a+b", "a@b", "a~", "👋", "a👋", "a\u{200D}b", "a\u{200C}b", "a\u{200B}b", "a\u{FEFF}", "a\u{202E}b",
        "½", "Ⅷ", "²", "€", "a\u{A0}b", "a\u{3000}b", "\u{E000}", "a\u{FFFD}", "a–b", "a·b", "《a》", "\u{378}",
    ])
    func `everything else makes none`(raw: String) {
        #expect(code { () throws(ProtocolError) in try RoomName(raw) } == .roomInvalid)
    }

    @Test(arguments: [
        ("\u{1105}\u{1162}\u{1107}\u{1173}\u{11AF}\u{110B}\u{1165}\u{11B8}", "래블업"), ("cafe\u{301}", "caf\u{E9}"),
        ("\u{304B}\u{3099}", "\u{304C}"), ("\u{212B}", "\u{C5}"), ("\u{212A}", "K"), ("래\u{1107}\u{1173}ㄹ업", "래브ㄹ업"),
        ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("\u{958}", "\u{915}\u{93C}"),
    ])
    func `a name is the same however it was composed`(raw: String, expected: String) throws {
        let (name, other) = (try RoomName(raw), try RoomName(expected))
        #expect(Array(name.rawValue.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(name == other)
        #expect(name.hashValue == other.hashValue)
        #expect([other: 1][name] == 1)
        #expect(!(name < other) && !(other < name))
    }

    @Test func `case matters`() throws {
        #expect(try RoomName("Lobby") != RoomName("lobby"))
        #expect(try RoomName("ß") != RoomName("ss"))
    }

    @Test func `compatibility forms are not the same`() throws {
        #expect(try RoomName("ａ") != RoomName("a"))
        #expect(try RoomName("\u{FB01}") != RoomName("fi"))
    }

    @Test(arguments: [("a", 64), ("é", 64), ("가", 64), ("e\u{301}", 64), ("\u{1105}\u{1162}", 64), ("𐐀", 48)])
    func `as many characters as fit are taken, and one more is not`(character: String, maximum: Int) throws {
        let longest = String(repeating: character, count: maximum)
        #expect(try RoomName(longest).rawValue.utf8.count <= 192)
        #expect(code { () throws(ProtocolError) in try RoomName(longest + character) } == .roomInvalid)
    }

    @Test func `the length is that of the normal form`() throws {
        // Three bytes and three scalars of jamo each make one syllable; one scalar of this kind becomes two.
        let syllables = String(repeating: "\u{1112}\u{1161}\u{11AB}", count: 64)
        #expect(try RoomName(syllables).rawValue.unicodeScalars.count == 64)
        #expect(try RoomName(String(repeating: "\u{958}", count: 32)).rawValue.unicodeScalars.count == 64)
        let tooLong = String(repeating: "\u{958}", count: 33)
        #expect(code { () throws(ProtocolError) in try RoomName(tooLong) } == .roomInvalid)
    }

    @Test func `a name of the slowest normalisation still fits`() throws {
        let name = try RoomName(String(repeating: "\u{3B1}\u{313}\u{300}\u{345}", count: 64))
        #expect(name.rawValue == String(repeating: "\u{1F82}", count: 64))
    }

    @Test func `names are ordered by their bytes`() throws {
        let sorted = try ["a", "B", "가", "ä", "z", "a-", "𐐀", "_"].map { try RoomName($0) }.sorted().map(\.rawValue)
        #expect(sorted == ["B", "_", "a", "a-", "z", "ä", "가", "𐐀"])
    }

    @Test func `a message names the limit`() {
        let error = #expect(throws: ProtocolError.self) { try RoomName(String(repeating: "a", count: 65)) }
        #expect(error?.message.contains("64") == true && error?.message.contains("192") == true)
    }
}
