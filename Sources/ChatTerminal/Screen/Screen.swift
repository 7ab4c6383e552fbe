internal import ChatWords

/// Writes to the terminal so that lines appear above an input line that stays whole.
///
/// Each step hides the input line, prints, and shows it again, in one piece: there is no moment at which another program or
/// the user could see half of it. The cursor rests in the cell where the next character will go, so an input method shows
/// its composition there. There may be rows of the program above the input line (the status line).
struct Screen: Sendable {
    /// The block below the messages.
    struct Block: Equatable, Sendable {
        /// Rows above the input line, each no wider than the terminal.
        var above: [String] = []
        var prompt: String
        var editor: LineEditor
    }

    private var columns: Int
    /// The present block on the terminal; nil while it is hidden.
    private var drawn: Drawn?

    private struct Drawn: Sendable {
        /// The cells of the rows above the input line.
        var above: [Int]
        var line: VisibleLine
    }

    init(columns: Int) { self.columns = columns }

    /// The number of cells in a row.
    var width: Int { self.columns }

    /// Prints lines above the block.
    ///
    /// - Returns: The text to write, at once.
    mutating func print(_ lines: [String], _ block: Block) -> String {
        let hidden = self.hide()
        return hidden + lines.map { $0 + "\r\n" }.joined() + self.show(block)
    }

    /// Draws the block again.
    mutating func redraw(_ block: Block) -> String {
        let hidden = self.hide()
        return hidden + self.show(block)
    }

    /// The terminal has another width, and has wrapped its text.
    mutating func resize(columns: Int, _ block: Block) -> String {
        let row = max(1, columns)
        let wrapped = self.drawn?.above.map { max(1, ($0 + row - 1) / row) }.reduce(0, +) ?? 0
        let rowsAbove = wrapped + (self.drawn?.line.cursor ?? 0) / row
        self.columns = columns
        self.drawn = nil
        return Self.up(rowsAbove) + "\r\u{1B}[J" + self.show(block)
    }

    /// The terminal has another width, and text may have been drawn after it wrapped but before it reported that.
    ///
    /// The position of such text is unknown, so everything is painted again.
    ///
    /// - Parameters:
    ///   - columns: The new width.
    ///   - rows: The number of rows.
    ///   - lines: The last printed lines, oldest first.
    ///   - block: The block below them.
    /// - Returns: The text to write, at once.
    mutating func repaint(
        columns: Int,
        rows: Int,
        lines: some BidirectionalCollection<String>,
        _ block: Block
    ) -> String {
        self.columns = columns
        self.drawn = nil
        var room = rows - block.above.count - 1
        let fitting = lines.reversed().prefix { line in
            room -= max(1, (CellWidth.ofStyled(line) + columns - 1) / max(1, columns))
            return room >= 0
        }
        return "\u{1B}[H\u{1B}[2J" + fitting.reversed().map { $0 + "\r\n" }.joined() + self.show(block)
    }

    /// Clears the terminal and leaves the block in the first rows.
    mutating func clear(_ block: Block) -> String {
        self.drawn = nil
        return "\u{1B}[H\u{1B}[2J" + self.show(block)
    }

    /// Removes the block.
    mutating func hide() -> String {
        defer { self.drawn = nil }
        return self.drawn.map { Self.up($0.above.count) + "\r\u{1B}[J" } ?? ""
    }

    /// Another program has drawn over the block, or will.
    mutating func forget() { self.drawn = nil }

    private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }

    private mutating func show(_ block: Block) -> String {
        let editor = block.editor
        let line = VisibleLine(prompt: block.prompt, before: editor.before, after: editor.after, columns: self.columns)
        self.drawn = Drawn(above: block.above.map(CellWidth.ofStyled), line: line)
        return block.above.map { $0 + "\r\n" }.joined() + Self.drawing(line)
    }

    /// Draws the input line and leaves the cursor in its cell.
    ///
    /// Terminals do not agree on the width of every emoji. So with more than ASCII, the cursor is not moved by counted
    /// cells: the text before it is drawn again, and the cursor is where the terminal ends with that. A row that is
    /// longer on the terminal than its counted cells is cut off at the edge and not wrapped.
    private static func drawing(_ line: VisibleLine) -> String {
        let back = line.cells - line.cursor
        guard !line.text.utf8.allSatisfy({ $0 < 0x80 }) else {
            return line.text + (back > 0 ? "\u{1B}[\(back)D" : "")
        }
        let again = line.text == line.beforeCursor ? "" : "\r" + line.beforeCursor
        return "\u{1B}[?7l\(line.text)\(again)\u{1B}[?7h"
    }
}
