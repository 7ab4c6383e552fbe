import ChatClient
import ChatCore
import Foundation
import Testing

@testable import ChatTerminal
@testable import ChatWords

@Suite(.patience) struct TextTests {
    @Test(arguments: [
        ("plain 한글 👨‍👩‍👧", "plain 한글 👨‍👩‍👧"), ("\u{1B}[31mred", "[31mred"), ("\u{1B}]0;title\u{7}x", "]0;titlex"),
        ("\u{9B}31m", "31m"), ("a\u{202E}b\u{2066}c\u{2069}", "abc"), ("a\r\nb\tc", "a b c"), ("a\u{2028}b", "ab"),
    ])
    func `nothing in a field steers the terminal`(raw: String, shown: String) {
        #expect(raw.sanitizedLine == shown)
    }

    private func message(_ text: String, name: String = "Mina", kind: MessageKind = .text) throws -> Message {
        Message(
            room: try RoomName("lobby"),
            position: nil,
            time: 0,
            sender: User(id: UserID("u1"), name: try UserName(name)),
            text: text,
            kind: kind,
            key: nil
        )
    }

    @Test func `messages become lines`() throws {
        let plain = MessageFormatter(palette: Palette(isColored: false), showsTime: false, showsRoom: false)
        #expect(plain.lines(try self.message("one\ntwo")) == ["Mina: one", "    two"])
        #expect(plain.lines(try self.message("waves", kind: .action)) == ["* Mina waves"])
        var rooms = plain
        rooms.showsRoom = true
        #expect(rooms.lines(try self.message("hi")) == ["#lobby Mina: hi"])
    }

    @Test func `an author has one colour, whatever the name`() {
        let palette = Palette(isColored: true)
        let (one, two) = (palette.author("x", id: "u1"), palette.author("x", id: "u1"))
        #expect(one == two && one.hasPrefix("\u{1B}[1;38;5;"))
        #expect(Set((0..<50).map { palette.author("x", id: "u\($0)") }).count > 8)
        #expect(Palette(isColored: false).author("x", id: "u1") == "x")
    }

    @Test(
        arguments: [
            ("", .nothing), ("  ", .nothing), ("hi", .say("hi")), ("//me", .say("/me")),
            ("/me waves  x", .command(MeCommand.self, "waves  x")),
            ("/quit", .command(QuitCommand.self, "")), ("/dance now", .unknown("dance")), ("/", .unknown("")),
        ] as [(String, Input)]
    )
    func `a line is speech or a command`(line: String, expected: Input) {
        #expect(Input(line) == expected)
    }

    @Test(arguments: Language.allCases) func `the help has every command`(language: Language) {
        let help = HelpCommand.lines(mayModerate: true, in: language)
        for command in SlashCommands.all {
            let says = command.help.text(in: language)
            #expect(help.contains { $0.hasPrefix("/\(command.name) ") && $0.hasSuffix(says) })
        }
        #expect(Set(SlashCommands.all.map { $0.name }).count == SlashCommands.all.count)
    }

    @Test func `the documents have every command`() throws {
        let documents = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/CLI.md")
        let rows = try String(contentsOf: documents, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `/") }
        for command in SlashCommands.all {
            let hasRow = rows.contains { $0.contains("`/\(command.name)`") || $0.contains("`/\(command.name) ") }
            #expect(hasRow, "docs/CLI.md has no row for /\(command.name)")
        }
    }

    @Test func `bytes become lines wherever they are cut`() {
        var splitter = LineSplitter()
        let first = splitter.feed(Array("one\r\ntw".utf8))
        let second = splitter.feed(Array("o\n\nthree".utf8))
        let last = splitter.finish()
        #expect(first == ["one"] && second == ["two", ""] && last == "three")
        #expect(splitter.finish() == nil)
    }

    @Test func `the end of a line that is too long is no line of its own`() {
        var splitter = LineSplitter()
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 3 * LineSplitter.maximumBytes)
        #expect(splitter.feed(long) == [])
        let lines = splitter.feed(Array(" tail\nnext\n".utf8))
        #expect(lines.map(\.utf8.count) == [LineSplitter.maximumBytes + 1, 4])
    }

    @Test(arguments: [
        ("10%\r50%\r100%\n", ["100%"]), ("one\r\n", ["one"]), ("one\r\r\n", ["one"]), ("50%\r", ["50%"]),
        ("\ra", ["a"]),
        ("\u{FEFF}one\n\u{FEFF}two", ["one", "\u{FEFF}two"]), ("\u{FEFF}", [""]), ("\r\n", [""]),
    ])
    func `a line is what stands behind its last return, and has no mark of a file before it`(
        raw: String,
        lines: [String]
    ) {
        var whole = LineSplitter()
        var found = whole.feed(Array(raw.utf8))
        if let last = whole.finish() { found.append(last) }
        #expect(found == lines)
        var bytewise = LineSplitter()
        var again = Array(raw.utf8).flatMap { bytewise.feed([$0]) }
        if let last = bytewise.finish() { again.append(last) }
        #expect(again == lines)
    }
}
