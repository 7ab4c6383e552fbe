internal import ChatSystem
internal import ChatWords
internal import Glibc

/// The terminal as a conversation uses it: lines appear above the input line, and each step is one write.
///
/// A shell with job control lends its terminal to one job at a time. While the terminal is another job's, nothing is drawn
/// and its mode is left alone; what comes is shown when it is back, and the line that was being written is still there.
struct Display: Sendable {
    /// The number of lines that can be painted again.
    private static let remembered = 300
    /// The longest time between a change of the terminal's width and the signal of it.
    private static let latestNews: Duration = .milliseconds(600)

    /// Whose terminal it is.
    private enum Holder: Equatable, Sendable {
        case us
        /// Another job's; so many lines came meanwhile.
        case others(missed: Int)
    }

    private let hasScreen: Bool
    private var screen = Screen(columns: Terminal.columns)
    private var holder = Holder.us
    /// The last lines that were printed.
    private var printed: [Paragraph] = []
    private var lastDraw = ContinuousClock.now
    /// The rows above the input line as they stand there.
    private var drawnAbove: [String] = []

    /// - Parameter hasScreen: Whether the terminal has a cursor that can be moved; else lines come as in any filter.
    init(hasScreen: Bool) { self.hasScreen = hasScreen }

    private var isDrawn: Bool { self.hasScreen && self.holder == .us }
}

// MARK: - Drawing

extension Display {
    /// Prints lines above the block.
    mutating func print(_ lines: [Paragraph], _ block: Screen.Block, isRinging: Bool = false) {
        switch self.holder {
        case .us: self.write(self.text(lines, block) + (isRinging ? "\u{7}" : ""))
        case .others(let missed): self.holder = .others(missed: missed + lines.count)
        }
        self.printed += lines
        let surplus = self.printed.count - Self.remembered
        if surplus > Self.remembered { self.printed.removeFirst(surplus) }
    }

    mutating func redraw(_ block: Screen.Block) {
        guard self.isDrawn else { return }
        let resized = self.resized(block)
        self.write(resized + self.screen.redraw(block))
        self.drawnAbove = block.above
    }

    /// Draws the block again when time alone has changed it.
    mutating func refresh(_ block: Screen.Block) { if block.above != self.drawnAbove { self.redraw(block) } }

    mutating func clear(_ block: Screen.Block) {
        self.printed = []
        guard self.isDrawn else { return }
        self.write(self.screen.clear(block))
        self.drawnAbove = block.above
    }

    private mutating func text(_ lines: [Paragraph], _ block: Screen.Block) -> String {
        guard self.hasScreen else { return lines.map { $0.text + "\n" }.joined() }
        let resized = self.resized(block)
        let rows = lines.flatMap { WordWrap.rows($0, columns: self.screen.width) }
        self.drawnAbove = block.above
        return resized + self.screen.print(rows, block)
    }

    private mutating func write(_ text: String) {
        self.lastDraw = .now
        Output.write(text)
    }

    /// The terminal may have another width before the signal that says so has come.
    private mutating func resized(_ block: Screen.Block) -> String {
        let columns = Terminal.columns
        guard columns != self.screen.width else { return "" }
        // Terminals wrap at once and tell it late. What was drawn in between stands where nobody knows.
        guard .now - self.lastDraw < Self.latestNews else { return self.screen.resize(columns: columns, block) }
        let lines = self.printed.flatMap { WordWrap.rows($0, columns: columns) }
        return self.screen.repaint(columns: columns, rows: Terminal.rows, lines: lines, block)
    }
}

// MARK: - Whose terminal it is

extension Display {
    /// Takes the terminal, or waits for it, as a program that was started in the background does.
    mutating func take() {
        guard self.hasScreen else { return }
        // Reading and drawing in the background fail then, and stop nobody.
        signal(SIGTTIN, SIG_IGN)
        guard JobControl.isForeground else {
            self.holder = .others(missed: 0)
            return
        }
        Terminal.makeRaw()
    }

    /// Takes the input line away and gives the terminal back.
    mutating func giveBack() {
        guard self.isDrawn, JobControl.isForeground else { return }
        Output.write(self.screen.hide())
        Terminal.restore()
    }

    /// Checks whose terminal it is now, and acts on a change.
    ///
    /// - Parameters:
    ///   - block: What stands below the lines.
    ///   - gap: Stands for lines that came meanwhile and are not remembered.
    ///   - isContinued: Whether the program was stopped, and the terminal may have had another mode since.
    /// - Returns: Whether it is this program's.
    mutating func check(_ block: Screen.Block, gap: Paragraph, isContinued: Bool = false) -> Bool {
        guard self.hasScreen else { return true }
        let isForeground = JobControl.isForeground
        switch (self.holder, isForeground) {
        case (.us, true):
            guard isContinued else { break }
            Terminal.makeRaw()
            self.redraw(block)
        case (.us, false):
            // The shell draws from here on, where the block stands and below.
            self.screen.forget()
            Terminal.abandon()
            self.holder = .others(missed: 0)
        case (.others(let count), true):
            self.holder = .us
            Terminal.makeRaw()
            self.screen = Screen(columns: Terminal.columns)
            let missed = self.printed.suffix(count)
            self.write(self.text((count > missed.count ? [gap] : []) + missed, block))
        case (.others, false): break
        }
        return isForeground
    }

    /// Puts the terminal back and stops; where nobody can stop the program it goes on at once.
    mutating func suspend(_ block: Screen.Block, gap: Paragraph) {
        guard self.holder == .us, !Signals.isIgnored(SIGTSTP) else { return }
        Output.write(self.screen.hide())
        Terminal.restore()
        JobControl.stop()
        _ = self.check(block, gap: gap, isContinued: true)
    }
}
