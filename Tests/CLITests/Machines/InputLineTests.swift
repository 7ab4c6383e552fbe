import Testing

@testable import chat_cli

@Suite(.timeLimit(.minutes(1))) struct InputLineTests {
    @Test(
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("가", 2), ("\u{1100}\u{1161}\u{11A8}", 2), ("漢", 2), ("ｱ", 1),
            ("Ａ", 2),
            ("👋", 2), ("👋🏽", 2), ("👨‍👩‍👧", 2), ("🇰🇷", 2), ("❤️", 2), ("❤", 1), ("☕", 2), ("1️⃣", 2), ("\u{200B}", 0), ("·", 1),
            ("…", 1), ("ก็", 1), ("한글 abc", 8),
        ] as [(String, Int)]
    )
    func `a text takes as many cells as terminals give it`(text: String, cells: Int) {
        #expect(CellWidth.of(text) == cells)
    }

    @Test func `a short line is shown whole`() {
        let line = InputLine(prompt: "r> ", before: "한", after: "글", columns: 20)
        #expect((line.text, line.cells, line.cursor) == ("r> 한글", 7, 5))
    }

    @Test(arguments: [20, 21, 40, 79, 80, 200])
    func `a long line never takes more than the row, wherever the cursor is`(columns: Int) {
        let clusters = (0..<300).map { ["a", "한", "👨‍👩‍👧", "é", "\n"][$0 % 5] }
        for split in stride(from: 0, through: 300, by: 7) {
            let before = clusters[..<split].joined()
            let after = clusters[split...].joined()
            let line = InputLine(prompt: "lobby> ", before: before, after: after, columns: columns)
            #expect(line.cells <= columns - 1 && line.cursor < columns)
            #expect(line.cells == CellWidth.of(line.text))
            #expect(!line.text.contains("\n"))
        }
    }

    @Test func `what follows the cursor stays in sight while the line scrolls`() {
        let line = InputLine(prompt: "", before: String(repeating: "x", count: 100), after: "yyyyyyyyyy", columns: 21)
        #expect(line.text == String(repeating: "x", count: 15) + "yyyyy")
    }

    @Test func `in a window that is far too narrow the prompt gives way`() {
        let line = InputLine(prompt: "a-long-room-name> ", before: "abc", after: "", columns: 20)
        #expect(line.text == "> abc")
        #expect(InputLine(prompt: "room> ", before: "abc", after: "", columns: 5).text == "abc")
    }

    @Test func `lines are printed above the input line in one piece`() {
        var screen = Screen(columns: 40)
        var editor = LineEditor()
        _ = editor.apply(.insert("ab"))
        _ = editor.apply(.move(.backward))
        #expect(screen.redraw(prompt: "r> ", editor: editor) == "r> ab\u{1B}[1D")
        #expect(
            screen.print(["one", "two"], prompt: "r> ", editor: editor)
                == "\r\u{1B}[Jone\r\ntwo\r\nr> ab\u{1B}[1D"
        )
        #expect(screen.hide() == "\r\u{1B}[J")
        #expect(screen.hide() == "")
    }

    @Test func `a row that the terminal wrapped is taken away whole`() {
        var screen = Screen(columns: 80)
        var editor = LineEditor()
        _ = editor.apply(.insert(String(repeating: "x", count: 50)))
        _ = screen.redraw(prompt: "", editor: editor)
        #expect(screen.resize(columns: 20, prompt: "", editor: editor).hasPrefix("\u{1B}[2A\r\u{1B}[J"))
    }
}
