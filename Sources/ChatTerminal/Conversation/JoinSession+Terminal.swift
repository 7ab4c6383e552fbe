internal import ChatSystem
internal import ChatWords
internal import Glibc

// MARK: - Whose terminal it is

/// A shell with job control lends its terminal to one job at a time. While it is not this one's, nothing is read from it,
/// nothing is drawn and its mode is left alone; what comes is shown when the terminal is back, and the line that was being
/// written is still there.
extension JoinSession {
    /// How often a program in the background looks whether it has the terminal: shells give it back without a word to one
    /// that was running.
    static let looking: Duration = .milliseconds(200)

    /// Takes the terminal, or waits for it, as a program that was started in the background does.
    func comeToTerminal() {
        guard self.options.hasScreen else { return }
        // Reading and drawing in the background fail then, and stop nobody.
        signal(SIGTTIN, SIG_IGN)
        guard JobControl.isForeground else {
            self.held = 0
            return
        }
        Terminal.makeRaw()
    }

    /// Takes the input line away and gives the terminal back.
    func leaveTerminal() {
        guard self.options.hasScreen, self.held == nil, JobControl.isForeground else { return }
        Output.write(self.screen.hide())
        Terminal.restore()
    }

    /// Looks whose terminal it is now, and does what has changed by that.
    ///
    /// - Parameter isContinued: Whether the program was stopped, and the terminal may have had another mode since.
    func checkTerminal(isContinued: Bool = false) {
        guard self.options.hasScreen else { return }
        switch (self.held, JobControl.isForeground) {
        case (nil, true):
            guard isContinued else { return }
            Terminal.makeRaw()
            self.redraw()
        case (nil, false):
            // The shell draws from here on, where the block stands and below.
            self.screen.forget()
            Terminal.abandon()
            self.held = 0
        case (let held?, true):
            self.held = nil
            Terminal.makeRaw()
            self.screen = Screen(columns: Terminal.columns)
            let missed = self.printed.suffix(held)
            self.show((held > missed.count ? [Paragraph(text: self.formatter.notice("…"))] : []) + missed)
        case (.some, false): break
        }
    }

    /// Whether the terminal is this program's; waits a moment when it is not.
    func hasTerminal() async -> Bool {
        self.checkTerminal()
        guard self.held != nil else { return true }
        try? await Task.sleep(for: Self.looking)
        return false
    }

    /// Puts the terminal back and stops; where nobody can stop the program it goes on at once.
    func suspend() {
        guard self.held == nil, !Signals.isIgnored(SIGTSTP) else { return }
        Output.write(self.screen.hide())
        Terminal.restore()
        JobControl.stop()
        self.checkTerminal(isContinued: true)
    }
}
