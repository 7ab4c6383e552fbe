internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

// MARK: - Drawing

extension Conversation {
    /// Prints lines above the input line.
    ///
    /// - Parameters:
    ///   - lines: The lines, with the sequences of ``Palette``.
    ///   - indent: The indent of a line's rows after the first.
    ///   - isRinging: Whether the terminal rings.
    func draw(_ lines: [String], indent: Int = 4, isRinging: Bool = false) {
        let paragraphs = lines.map { Paragraph(text: $0, indent: indent) }
        self.display.print(paragraphs, self.block, isRinging: isRinging)
    }

    func notice(_ text: String) { self.draw([self.formatter.notice(text)]) }
    func warn(_ text: String) { self.draw([self.formatter.warning(text)]) }
    func redraw() { self.display.redraw(self.block) }
    func refresh() { self.display.refresh(self.block) }
    func clear() { self.display.clear(self.block) }

    /// Whether the terminal belongs to this program; acts on a change of that.
    func hasTerminal(isContinued: Bool = false) -> Bool {
        self.display.check(self.block, gap: self.gap, isContinued: isContinued)
    }

    /// Lets the shell stop the program, as Ctrl-Z does.
    func suspend() { self.display.suspend(self.block, gap: self.gap) }

    /// The replacement of lines that are not kept.
    private var gap: Paragraph { Paragraph(text: self.formatter.notice("…")) }

    /// A message's lines, with a mark on a name that others in the room have, or one that looks like it.
    func lines(of message: Message, isMention: Bool = false, showsNumber: Bool = false) -> [String] {
        var formatter = self.formatter
        formatter.showsNumber = showsNumber
        let label = self.rooms.label(message.sender, in: message.room)
        return formatter.lines(message, from: label, isMention: isMention)
    }
}

// MARK: - The block below the lines

extension Conversation {
    private var block: Screen.Block {
        Screen.Block(above: self.above, prompt: self.prompt, editor: self.draft.editor)
    }

    /// The lines that wait, and the status line.
    private var above: [String] {
        let columns = max(2, Terminal.columns - 1)
        let waiting = self.pending.shown(now: .now, isOffline: !self.link.isConnected)
        let palette = self.formatter.palette
        let lines = waiting.map { palette.faint(CellWidth.prefix(of: "… \($0.sanitizedLine)", columns)) }
        guard self.options.showsStatus else { return lines }
        return lines + [palette.bar(self.status.text(columns: columns))]
    }

    private var status: StatusLine {
        let unread = self.rooms.names.enumerated().compactMap { index, room in
            self.rooms.marks[room].map { StatusLine.Other(number: index + 1, room: room.rawValue, unread: $0) }
        }
        let link: StatusLine.Link =
            switch self.link.state {
            case .connecting: .connecting
            case .waiting: .offline
            case .connected(let welcome): .connected(node: welcome.node, latency: self.link.latency)
            }
        let room = self.rooms.current
        return StatusLine(
            room: room.rawValue,
            members: self.rooms.count(in: room),
            unread: unread,
            typists: self.typists.users(in: room, now: .now).map { self.rooms.label($0, in: room) },
            link: link
        )
    }

    /// The room, unconfirmed lines, unread messages in other rooms, and the state of the connection.
    private var prompt: String {
        if let query = self.draft.editor.searchQuery { return "(\(Phrase.searchPrompt()): \(query.sanitizedLine)) " }
        var prompt = self.rooms.current.rawValue
        if self.pending.count > 0 { prompt += " …\(self.pending.count)" }
        let unread = self.rooms.marks.elsewhere(than: self.rooms.current)
        if unread.messages > 0 { prompt += " " + unread.text }
        return self.link.isConnected ? prompt + "> " : prompt + " (\(Phrase.offline()))> "
    }
}
