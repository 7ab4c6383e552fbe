import Testing

@testable import ChatTerminal
@testable import ChatWords

@Suite(.patience) struct VisibleLineTests {
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
        let line = VisibleLine(prompt: "r> ", before: "한", after: "글", columns: 20)
        #expect((line.text, line.cells, line.cursor) == ("r> 한글", 7, 5))
    }

    @Test(arguments: [20, 21, 40, 79, 80, 200])
    func `a long line never takes more than the row, wherever the cursor is`(columns: Int) {
        let clusters = (0..<300).map { ["a", "한", "👨‍👩‍👧", "é", "\n"][$0 % 5] }
        for split in stride(from: 0, through: 300, by: 7) {
            let before = clusters[..<split].joined()
            let after = clusters[split...].joined()
            let line = VisibleLine(prompt: "lobby> ", before: before, after: after, columns: columns)
            #expect(line.cells <= columns - 1 && line.cursor < columns)
            #expect(line.cells == CellWidth.of(line.text))
            #expect(!line.text.contains("\n"))
        }
    }

    @Test func `what follows the cursor stays in sight while the line scrolls`() {
        let line = VisibleLine(prompt: "", before: String(repeating: "x", count: 100), after: "yyyyyyyyyy", columns: 21)
        #expect(line.text == String(repeating: "x", count: 15) + "yyyyy")
    }

    @Test func `in a window that is far too narrow the prompt gives way`() {
        let line = VisibleLine(prompt: "a-long-room-name> ", before: "abc", after: "", columns: 20)
        #expect(line.text == "> abc")
        #expect(VisibleLine(prompt: "room> ", before: "abc", after: "", columns: 5).text == "abc")
    }

    private func block(_ text: String, above: [String] = [], prompt: String = "r> ") -> Screen.Block {
        var editor = LineEditor()
        _ = editor.apply(.insert(text))
        return Screen.Block(above: above, prompt: prompt, editor: editor)
    }

    @Test func `lines are printed above the input line in one piece`() {
        var screen = Screen(columns: 40)
        var block = self.block("ab")
        _ = block.editor.apply(.move(.backward))
        #expect(screen.redraw(block) == "r> ab\u{1B}[1D")
        #expect(screen.print(["one", "two"], block) == "\r\u{1B}[Jone\r\ntwo\r\nr> ab\u{1B}[1D")
        #expect(screen.hide() == "\r\u{1B}[J")
        #expect(screen.hide() == "")
    }

    @Test func `beyond ASCII the terminal itself says where the cursor belongs`() {
        var screen = Screen(columns: 40)
        var block = self.block("한👋🏽b")
        #expect(screen.redraw(block) == "\u{1B}[?7lr> 한👋🏽b\u{1B}[?7h")
        _ = block.editor.apply(.move(.backward))
        #expect(screen.redraw(block) == "\r\u{1B}[J\u{1B}[?7lr> 한👋🏽b\rr> 한👋🏽\u{1B}[?7h")
    }

    @Test func `rows above the input line go and come with it`() {
        var screen = Screen(columns: 40)
        let block = self.block("ab", above: ["waiting", "\u{1B}[7m status \u{1B}[0m"])
        let shown = "waiting\r\n\u{1B}[7m status \u{1B}[0m\r\nr> ab"
        #expect(screen.redraw(block) == shown)
        #expect(screen.print(["one"], block) == "\u{1B}[2A\r\u{1B}[Jone\r\n" + shown)
        #expect(screen.redraw(self.block("ab")) == "\u{1B}[2A\r\u{1B}[Jr> ab")
        #expect(screen.hide() == "\r\u{1B}[J")
    }

    @Test(arguments: [(79, 20, 2 + 4), (20, 20, 2 + 1), (21, 20, 2 + 2), (5, 80, 1)])
    func `rows that the terminal wrapped are taken away whole`(status: Int, columns: Int, rows: Int) {
        var screen = Screen(columns: 80)
        let block = self.block(
            String(repeating: "x", count: columns == 20 ? 50 : 5),
            above: ["\u{1B}[7m" + String(repeating: "s", count: status) + "\u{1B}[0m"],
            prompt: ""
        )
        _ = screen.redraw(block)
        #expect(screen.resize(columns: columns, block).hasPrefix("\u{1B}[\(rows)A\r\u{1B}[J"))
    }

    @Test func `a repaint shows the last lines that fit, and the block below them`() {
        var screen = Screen(columns: 80)
        let lines = ["too old", String(repeating: "한", count: 15), "\u{1B}[2mlast\u{1B}[0m"]
        let painted = screen.repaint(columns: 20, rows: 5, lines: lines, self.block("ab", above: ["status"]))
        #expect(painted == "\u{1B}[H\u{1B}[2J\(lines[1])\r\n\(lines[2])\r\nstatus\r\nr> ab")
        #expect(screen.width == 20)
        let tiny = screen.repaint(columns: 20, rows: 1, lines: lines, self.block("ab"))
        #expect(tiny == "\u{1B}[H\u{1B}[2Jr> ab")
    }

    @Test func `what is too long is cut at a whole cluster, and colours take no cells`() {
        #expect(CellWidth.prefix(of: "한글abc", 7) == "한글abc")
        #expect(CellWidth.prefix(of: "한글abc", 6) == "한글a…")
        #expect(CellWidth.prefix(of: "한글abc", 4) == "한…")
        #expect(CellWidth.prefix(of: "abc", 0) == "")
        #expect(CellWidth.ofStyled("\u{1B}[1;38;5;31m민아\u{1B}[0m: hi") == 8)
    }
}
