internal import ChatWords

/// The part of the input line that can be seen, on one row of the terminal.
///
/// A line that is longer than the row scrolls sideways, cluster by cluster, so that the cursor and some of what follows it
/// stay in sight. The last cell of the row stays empty: a terminal that wraps there would break the row in two.
struct VisibleLine: Equatable, Sendable {
    /// The text of the row, the prompt included.
    var text: String
    /// The part of it before the cursor.
    var beforeCursor: String
    /// The number of cells of the whole.
    var cells: Int
    /// The cell of the cursor, counted from 0.
    var cursor: Int

    /// Lays the line out.
    ///
    /// - Parameters:
    ///   - prompt: The prompt before it; left out if the row is too narrow for both.
    ///   - before: The text before the cursor.
    ///   - after: The text after it.
    ///   - columns: The number of cells in the row.
    init(prompt: String, before: String, after: String, columns: Int) {
        let row = max(2, columns - 1)
        var prompt = prompt
        if CellWidth.of(prompt) > row / 2 { prompt = "> " }
        if row < 8 { prompt = "" }
        let room = row - CellWidth.of(prompt)

        let visibleAfter = after.map(Self.visible)
        // A quarter of the row shows the text after the cursor.
        let ahead = min(CellWidth.of(visibleAfter.joined()), room / 4)
        let (left, leftCells) = Self.fit(before.reversed().map(Self.visible), in: max(0, room - max(1, ahead)))
        let (right, rightCells) = Self.fit(visibleAfter, in: room - leftCells)
        let promptCells = CellWidth.of(prompt)
        self.beforeCursor = prompt + left.reversed().joined()
        self.text = self.beforeCursor + right.joined()
        self.cells = promptCells + leftCells + rightCells
        self.cursor = promptCells + leftCells
    }

    /// The first clusters that fit.
    private static func fit(_ clusters: [String], in room: Int) -> (clusters: [String], cells: Int) {
        var cells = 0
        var count = 0
        for cluster in clusters {
            let width = CellWidth.of(cluster)
            guard cells + width <= room else { break }
            cells += width
            count += 1
        }
        return (Array(clusters.prefix(count)), cells)
    }

    /// Shows a cluster: a line break as a sign, a tab as a blank, and no control sequences.
    private static func visible(_ character: Character) -> String {
        switch character {
        case "\n": "↵"
        case "\t": " "
        default: String(character).sanitizedLine
        }
    }
}
