internal import ChatSystem
internal import ChatWords
internal import Glibc

/// The terminal as a conversation uses it: lines appear above the input line, and each step is one write.
///
/// A shell with job control lends its terminal to one job at a time. While another job has the terminal, nothing is
/// drawn and its mode is not changed. New lines are shown when the terminal is back, and the half-written line is still
/// there.
struct Display: Sendable {
    /// The number of lines that can be painted again.
    private static let remembered = 300
    /// The longest time between a change of the terminal's width and the signal of it.
    private static let latestNews: Duration = .milliseconds(600)

    /// The owner of the terminal.
    private enum Holder: Equatable, Sendable {
        case us
        /// Another job; this many lines came meanwhile.
        case others(missed: Int)
    }

    private let hasScreen: Bool
    private var screen = Screen(columns: Terminal.columns)
    private var holder = Holder.us
    /// The last lines that were printed.
    private var printed: [Paragraph] = []
    private var lastDraw = ContinuousClock.now
    /// The present rows above the input line.
    private var drawnAbove: [String] = []

    /// - Parameter hasScreen: Whether the terminal has a movable cursor; otherwise lines are printed as by any filter.
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

    /// Draws the block again when it has changed with time only.
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
        // Terminals wrap at once and report it late. The position of text that was drawn in between is unknown.
        guard .now - self.lastDraw < Self.latestNews else { return self.screen.resize(columns: columns, block) }
        let lines = self.printed.flatMap { WordWrap.rows($0, columns: columns) }
        return self.screen.repaint(columns: columns, rows: Terminal.rows, lines: lines, block)
    }
}

// MARK: - The owner of the terminal

extension Display {
    /// Takes the terminal, or waits for it, if the program was started in the background.
    mutating func take() {
        guard self.hasScreen else { return }
        // Then reading and drawing in the background fail and do not stop the program.
        signal(SIGTTIN, SIG_IGN)
        guard JobControl.isForeground else {
            self.holder = .others(missed: 0)
            return
        }
        Terminal.makeRaw()
    }

    /// Removes the input line and gives the terminal back.
    mutating func giveBack() {
        guard self.isDrawn, JobControl.isForeground else { return }
        Output.write(self.screen.hide())
        Terminal.restore()
    }

    /// Checks the present owner of the terminal, and acts on a change.
    ///
    /// - Parameters:
    ///   - block: The block below the lines.
    ///   - gap: The replacement of lines that came meanwhile and are not kept.
    ///   - isContinued: Whether the program was stopped, and the terminal may have had another mode since.
    /// - Returns: Whether this program has it.
    mutating func check(_ block: Screen.Block, gap: Paragraph, isContinued: Bool = false) -> Bool {
        guard self.hasScreen else { return true }
        let isForeground = JobControl.isForeground
        switch (self.holder, isForeground) {
        case (.us, true):
            guard isContinued else { break }
            Terminal.makeRaw()
            self.redraw(block)
        case (.us, false):
            // The shell draws from here on, over the block and below.
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

    /// Restores the terminal and stops; goes on at once where the program cannot be stopped.
    mutating func suspend(_ block: Screen.Block, gap: Paragraph) {
        guard self.holder == .us, !Signals.isIgnored(SIGTSTP) else { return }
        Output.write(self.screen.hide())
        Terminal.restore()
        JobControl.stop()
        _ = self.check(block, gap: gap, isContinued: true)
    }
}
