internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords
internal import Glibc

// MARK: - What is pressed

extension JoinSession {
    /// How long a session that is left waits for what was not confirmed yet.
    private static let farewell: Duration = .seconds(2)

    func takeKeys() async -> End? {
        let input = StandardInput(sharesTerminal: true)
        var decoder = KeyDecoder()
        while true {
            guard await self.hasTerminal() else {
                if Task.isCancelled { return nil }
                continue
            }
            let keys: [Key]
            switch await input.read(within: decoder.patience) {
            case .bytes(let bytes): keys = decoder.feed(bytes)
            case .timeout: keys = decoder.flush().map { [$0] } ?? []
            case .elsewhere: continue
            case .end: return Task.isCancelled ? nil : End(cause: .signal(SIGHUP))
            }
            for key in keys where await self.press(key) { return await self.leave() }
            await self.tellTyping()
        }
    }

    /// Takes lines as a terminal without a screen gives them: written, corrected and shown there.
    func takeLines() async -> End? {
        let input = StandardInput()
        var splitter = LineSplitter()
        while true {
            switch await input.read() {
            case .bytes(let bytes):
                for line in splitter.feed(bytes) {
                    self.keep(line)
                    if await self.enter(line) { return await self.leave() }
                }
            case .timeout, .elsewhere: continue
            case .end:
                if Task.isCancelled { return nil }
                if let line = splitter.finish(), await self.enter(line) { return await self.leave() }
                return await self.leave()
            }
        }
    }

    /// Remembers a line for the next session.
    private func keep(_ line: String) {
        if !line.allSatisfy(\.isWhitespace) { self.options.inputHistory?.append(line) }
    }

    /// - Returns: Whether the user wants to leave.
    private func press(_ key: Key) async -> Bool {
        switch key {
        case .control("d") where self.editor.isEmpty: return true
        case .control("c"):
            if self.editor.isEmpty { self.notice(Phrase.howToLeave()) } else { self.edit(.clear) }
        case .control("l"): self.clear()
        case .control("z"): self.suspend()
        case .special(.tab, _): self.complete()
        case .alt(let digit) where digit.isASCII && digit.isNumber:
            let index = (digit.wholeNumberValue ?? 0) - 1
            if self.rooms.indices.contains(index) { self.switchTo(self.rooms[index]) }
        case .text, .paste, .control, .alt, .special:
            guard let command = EditCommand(key) else { return false }
            guard case .submit(let line) = self.edit(command) else {
                if case .paste(let text) = key { self.tellPaste(text) }
                return false
            }
            return await self.enter(line)
        }
        return false
    }

    @discardableResult
    private func edit(_ command: EditCommand) -> LineEditor.OnEdit {
        let result = self.editor.apply(command)
        if case .submit(let line) = result {
            self.typing.sent()
            self.keep(line)
        }
        self.redraw()
        return result
    }

    /// Tells others whether the user types, where that is wanted and where it is news.
    ///
    /// After all that came at once was done, and in the same order as lines are sent: else the news that somebody types
    /// could come behind the message that was typed.
    private func tellTyping() async {
        guard self.options.sendsTyping else { return }
        switch self.typing.edited(self.editor.text, in: self.current, now: .now) {
        case .nothing: break
        case .active(let room): await self.client.typing(room, active: true)
        case .inactive(let room): await self.client.typing(room, active: false)
        case .moved(let old, let new):
            await self.client.typing(old, active: false)
            await self.client.typing(new, active: true)
        }
    }

    /// Several lines in one paste are easily a mistake: nothing is sent before Enter, and that is said.
    private func tellPaste(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
        if lines > 1 { self.notice(Phrase.pastedLines(["count": "\(lines)"])) }
    }

    private func leave() async -> End {
        let deadline = ContinuousClock.now + Self.farewell
        if self.pending.count > 0, case .connected = self.connection {
            while self.pending.count > 0, .now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
        }
        guard self.pending.count > 0 else { return End(cause: .status(.success)) }
        return End(cause: .status(.partial), notice: Notices.waiting(self.pending.count))
    }

    private func complete() {
        let completion = Completion(
            before: self.editor.before,
            members: (self.names[self.current] ?? [:]).values.map(\.sanitizedLine),
            rooms: self.rooms.map(\.rawValue) + self.knownRooms
        )
        guard !completion.candidates.isEmpty else { return }
        if completion.candidates.count > 1 { self.notice(completion.candidates.joined(separator: "  ")) }
        self.edit(.insert(completion.insertion))
    }
}
