import Testing

@testable import ChatTerminal

@Suite(.patience) struct LineEditorTests {
    /// The line after some commands, with `|` where the cursor stands.
    private func line(_ commands: EditCommand...) -> String {
        var editor = LineEditor()
        for command in commands { _ = editor.apply(command) }
        return "\(editor.before)|\(editor.after)"
    }

    @Test func `the cursor moves over clusters, not over scalars`() {
        #expect(self.line(.insert("a👨‍👩‍👧é"), .move(.backward)) == "a👨‍👩‍👧|é")
        #expect(self.line(.insert("a👨‍👩‍👧é"), .move(.backward), .move(.backward)) == "a|👨‍👩‍👧é")
        #expect(self.line(.insert("가나"), .move(.toStart), .move(.forward)) == "가|나")
    }

    @Test func `an accent that is typed after its letter joins it`() {
        #expect(self.line(.insert("e"), .insert("\u{301}"), .erase(.backward)) == "|")
    }

    @Test(
        arguments: [
            (.move(.wordBackward), "one two |three"), (.move(.toStart), "|one two three"),
            (.kill(.wordBackward), "one two |"), (.kill(.blankBackward), "one two |"), (.kill(.toStart), "|"),
            (.erase(.backward), "one two thre|"), (.clear, "|"),
        ] as [(EditCommand, String)]
    )
    func `keys edit from the end of a line`(command: EditCommand, expected: String) {
        #expect(self.line(.insert("one two three"), command) == expected)
    }

    @Test(
        arguments: [
            (.move(.wordForward), "one| two"), (.kill(.wordForward), "| two"), (.kill(.toEnd), "|"),
            (.erase(.forward), "|ne two"), (.move(.backward), "|one two"), (.erase(.backward), "|one two"),
        ] as [(EditCommand, String)]
    )
    func `keys edit from the start of a line`(command: EditCommand, expected: String) {
        #expect(self.line(.insert("one two"), .move(.toStart), command) == expected)
    }

    @Test func `two clusters change places`() {
        #expect(self.line(.insert("가나"), .transpose) == "나가|")
        #expect(self.line(.insert("abc"), .move(.backward), .move(.backward), .transpose) == "ba|c")
        #expect(self.line(.insert("a"), .transpose) == "a|")
    }

    @Test func `cuts that follow one another are yanked as one`() {
        #expect(self.line(.insert("a b c"), .kill(.blankBackward), .kill(.blankBackward), .yank) == "a b c|")
        #expect(self.line(.insert("a b"), .kill(.blankBackward), .move(.toStart), .kill(.toEnd), .yank) == "a |")
    }

    @Test func `what was typed in one go is undone in one go`() {
        #expect(self.line(.insert("a"), .insert("b"), .undo) == "|")
        #expect(self.line(.insert("a"), .insert("b"), .insert(" "), .insert("c"), .undo) == "ab|")
        #expect(self.line(.insert("hello"), .kill(.toStart), .undo) == "hello|")
    }

    @Test func `a finished line leaves an empty one, and comes back from the history`() {
        var editor = LineEditor()
        _ = editor.apply(.insert("one"))
        #expect(editor.apply(.submit) == .submit("one"))
        #expect(editor.isEmpty)
        _ = editor.apply(.insert("draft"))
        #expect(editor.apply(.previousLine) == .changed)
        #expect(editor.text == "one")
        #expect(editor.apply(.previousLine) == .unchanged)
        #expect(editor.apply(.nextLine) == .changed)
        #expect(editor.text == "draft")
    }

    @Test func `the history keeps no line twice in a row and no blank one`() {
        var editor = LineEditor()
        for line in ["one", "one", "  "] {
            _ = editor.apply(.insert(line))
            _ = editor.apply(.submit)
        }
        #expect(editor.apply(.previousLine) == .changed)
        #expect(editor.apply(.previousLine) == .unchanged)
    }

    // MARK: - Searching

    /// An editor with a history.
    private func editor(_ lines: String...) -> LineEditor { LineEditor(history: LineHistory(lines)) }

    /// What the line is after some commands.
    private func text(_ editor: inout LineEditor, _ commands: EditCommand...) -> String {
        for command in commands { _ = editor.apply(command) }
        return editor.text
    }

    @Test func `a search finds the last line with the text, and then those before it`() {
        var editor = self.editor("make test", "git push", "make lint", "안녕하세요")
        #expect(self.text(&editor, .searchBackward, .insert("ma")) == "make lint")
        #expect(editor.searchQuery == "ma")
        #expect(self.text(&editor, .insert("K")) == "make lint")
        #expect(self.text(&editor, .searchBackward) == "make test")
        #expect(self.text(&editor, .searchBackward) == "make test", "there is none before it")
        #expect(self.text(&editor, .erase(.backward)) == "make lint")
        #expect(editor.apply(.submit) == .submit("make lint"))
        #expect(editor.searchQuery == nil && editor.isEmpty)
    }

    @Test func `a search that is given up leaves the line as it was`() {
        var editor = self.editor("one", "two")
        #expect(self.text(&editor, .insert("draft"), .move(.backward), .searchBackward, .insert("o")) == "two")
        #expect(self.text(&editor, .cancel) == "draft")
        #expect(editor.after == "t" && editor.searchQuery == nil)
        #expect(editor.apply(.cancel) == .unchanged)
    }

    @Test func `another key takes the line that was found and goes on with it`() {
        var editor = self.editor("안녕 민아", "bye")
        #expect(
            self.text(&editor, .insert("x"), .searchBackward, .insert("민"), .move(.toStart), .insert("> ")) == "> 안녕 민아"
        )
        #expect(self.text(&editor, .undo, .undo) == "x")
    }

    @Test func `what is not found changes nothing`() {
        var editor = self.editor("one")
        #expect(self.text(&editor, .insert("x"), .searchBackward, .insert("zzz")) == "x")
        #expect(self.text(&editor, .searchBackward, .cancel) == "x")
        var empty = LineEditor()
        #expect(self.text(&empty, .searchBackward, .insert("a"), .searchBackward, .submit) == "")
    }
}
