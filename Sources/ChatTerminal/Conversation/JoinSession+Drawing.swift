internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

// MARK: - Drawing

extension JoinSession {
    /// How many lines are remembered for painting them anew.
    private static let remembered = 300
    /// How long after it changed its width a terminal may tell it.
    private static let latestNews: Duration = .milliseconds(600)

    /// Prints lines above the input line.
    func draw(_ lines: [String], indent: Int = 4, ringing: Bool = false) {
        self.print(lines.map { Paragraph(text: $0, indent: indent) }, ringing: ringing)
    }

    func print(_ lines: [Paragraph], ringing: Bool = false) {
        defer {
            self.printed += lines
            let surplus = self.printed.count - Self.remembered
            if surplus > Self.remembered { self.printed.removeFirst(surplus) }
        }
        guard let held else { return self.write(self.text(lines) + (ringing ? "\u{7}" : "")) }
        self.held = held + lines.count
    }

    /// Draws lines that are remembered already.
    func show(_ lines: [Paragraph]) { self.write(self.text(lines)) }

    private func text(_ lines: [Paragraph]) -> String {
        guard self.options.hasScreen else { return lines.map { $0.text + "\n" }.joined() }
        let resized = self.resized()
        return resized + self.screen.print(self.wrapped(lines), self.block)
    }

    private func wrapped(_ lines: [Paragraph]) -> [String] {
        lines.flatMap { WordWrap.rows($0, columns: self.screen.width) }
    }

    func redraw() {
        guard self.options.hasScreen, self.held == nil else { return }
        let resized = self.resized()
        self.write(resized + self.screen.redraw(self.block))
    }

    /// Draws anew what time alone has changed, if it has.
    func refresh() { if self.above != self.drawnAbove { self.redraw() } }

    func clear() {
        self.printed = []
        guard self.options.hasScreen, self.held == nil else { return }
        self.write(self.screen.clear(self.block))
    }

    func notice(_ text: String) { self.draw([self.formatter.notice(text)]) }
    func warn(_ text: String) { self.draw([self.formatter.warning(text)]) }

    private func write(_ text: String) {
        self.lastDraw = .now
        Output.write(text)
    }

    /// The terminal may have another width before the signal that says so has come.
    private func resized() -> String {
        let columns = Terminal.columns
        guard columns != self.screen.width else { return "" }
        // Terminals wrap at once and tell it late. What was drawn in between stands where nobody knows.
        guard .now - self.lastDraw < Self.latestNews else { return self.screen.resize(columns: columns, self.block) }
        let lines = self.printed.flatMap { WordWrap.rows($0, columns: columns) }
        return self.screen.repaint(columns: columns, rows: Terminal.rows, lines: lines, self.block)
    }

    private var block: Screen.Block {
        self.drawnAbove = self.above
        return Screen.Block(above: self.drawnAbove, prompt: self.prompt, editor: self.editor)
    }

    /// The lines that wait, and the status line.
    private var above: [String] {
        let columns = max(2, Terminal.columns - 1)
        let isOffline = if case .connected = self.connection { false } else { true }
        let waiting = self.pending.shown(now: .now, isOffline: isOffline)
        let palette = self.formatter.palette
        let lines = waiting.map { palette.faint(CellWidth.prefix(of: "… \($0.sanitizedLine)", columns)) }
        guard self.options.showsStatus else { return lines }
        return lines + [palette.bar(self.status.text(columns: columns))]
    }

    private var status: StatusLine {
        let unread = self.rooms.enumerated().compactMap { index, room in
            self.marks[room].map { StatusLine.Other(number: index + 1, room: room.rawValue, unread: $0) }
        }
        let link: StatusLine.Link =
            switch self.connection {
            case .connecting: .connecting
            case .waiting: .offline
            case .connected(let welcome): .connected(node: welcome.node, latency: self.latency)
            }
        return StatusLine(
            room: self.current.rawValue,
            members: self.counts[self.current],
            unread: unread,
            typists: self.typists.names(in: self.current, now: .now),
            link: link
        )
    }

    /// The room, what waits to be confirmed, what is unread elsewhere, and whether there is a connection.
    private var prompt: String {
        if let query = self.editor.searchQuery { return "(\(Phrase.searchPrompt()): \(query.sanitizedLine)) " }
        var prompt = self.current.rawValue
        if self.pending.count > 0 { prompt += " …\(self.pending.count)" }
        let unread = self.marks.elsewhere(than: self.current)
        if unread.messages > 0 { prompt += " " + unread.text }
        if case .connected = self.connection { return prompt + "> " }
        return prompt + " (\(Phrase.offline()))> "
    }
}
