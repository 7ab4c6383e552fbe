/// What is written to the terminal so that lines appear above an input line that stays whole.
///
/// Each step hides the input line, prints, and shows it again, in one piece: there is no moment at which another program or
/// the user could see half of it. The cursor rests in the cell where the next character will go, so an input method shows
/// its composition there.
struct Screen: Sendable {
    private var columns: Int
    /// The input line as it stands on the terminal; nil while it is hidden.
    private var drawn: InputLine?

    init(columns: Int) { self.columns = columns }

    /// How many cells a row has.
    var width: Int { self.columns }

    /// Prints lines above the input line.
    ///
    /// - Returns: What is to be written, at once.
    mutating func print(_ lines: [String], prompt: String, editor: LineEditor) -> String {
        let hidden = self.hide()
        return hidden + lines.map { $0 + "\r\n" }.joined() + self.show(prompt, editor)
    }

    /// Draws the input line anew.
    mutating func redraw(prompt: String, editor: LineEditor) -> String {
        let hidden = self.hide()
        return hidden + self.show(prompt, editor)
    }

    /// The terminal has another width, and has wrapped what stood there.
    mutating func resize(columns: Int, prompt: String, editor: LineEditor) -> String {
        let rowsAbove = (self.drawn?.cursor ?? 0) / max(1, columns)
        self.columns = columns
        let up = rowsAbove > 0 ? "\u{1B}[\(rowsAbove)A" : ""
        self.drawn = nil
        return up + "\r\u{1B}[J" + self.show(prompt, editor)
    }

    /// Clears the terminal and leaves the input line in the first row.
    mutating func clear(prompt: String, editor: LineEditor) -> String {
        self.drawn = nil
        return "\u{1B}[H\u{1B}[2J" + self.show(prompt, editor)
    }

    /// Takes the input line away.
    mutating func hide() -> String {
        defer { self.drawn = nil }
        return self.drawn == nil ? "" : "\r\u{1B}[J"
    }

    private mutating func show(_ prompt: String, _ editor: LineEditor) -> String {
        let line = InputLine(prompt: prompt, before: editor.before, after: editor.after, columns: self.columns)
        self.drawn = line
        let back = line.cells - line.cursor
        return line.text + (back > 0 ? "\u{1B}[\(back)D" : "")
    }
}
