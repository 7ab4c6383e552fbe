internal import ChatClient
internal import ChatCore
internal import ChatWords

// MARK: - What is pressed

extension Conversation {
    /// The next step of the reader of keys after a key.
    enum OnKey: Equatable, Sendable {
        case done
        /// A line is finished.
        case submit(String)
        case complete
        case leave
    }

    func press(_ key: Key) -> OnKey {
        switch self.draft.press(key) {
        case .nothing: break
        case .edited: self.redraw()
        case .pasted(let lines):
            self.redraw()
            // Several lines in one paste may be a mistake: nothing is sent before Enter, and the user is told so.
            self.notice(Phrase.pastedLines(["count": "\(lines)"]))
        case .submit(let line):
            self.keep(line)
            self.redraw()
            return .submit(line)
        case .complete: return .complete
        case .enterRoom(let index):
            if self.rooms.names.indices.contains(index) { self.talk(in: self.rooms.names[index]) }
        case .clearScreen: self.clear()
        case .suspend: self.suspend()
        case .explainLeaving: self.notice(Phrase.howToLeave())
        case .leave: return .leave
        }
        return .done
    }

    /// Remembers a line for the next session.
    func keep(_ line: String) {
        if !line.allSatisfy(\.isWhitespace) { self.options.inputHistory?.append(line) }
    }

    /// Completes the word before the cursor.
    func complete(_ commands: [Completion.Command]) {
        let completion = Completion(
            before: self.draft.editor.before,
            commands: commands,
            members: self.rooms.labels(in: self.rooms.current),
            rooms: self.rooms.names.map(\.rawValue) + self.knownRooms
        )
        guard !completion.candidates.isEmpty else { return }
        if completion.candidates.count > 1 { self.notice(completion.candidates.joined(separator: "  ")) }
        self.draft.insert(completion.insertion)
        self.redraw()
    }

    /// Tells others whether the user is typing, if that is wanted and has changed.
    ///
    /// This happens after all keys that came together, and in the order in which lines are sent: otherwise the typing
    /// event could come after the message itself.
    func tellTyping() async {
        guard self.options.sendsTyping else { return }
        switch self.draft.typed(in: self.rooms.current, now: .now) {
        case .nothing: break
        case .active(let room): await self.client.typing(room, active: true)
        case .inactive(let room): await self.client.typing(room, active: false)
        case .moved(let old, let new):
            await self.client.typing(old, active: false)
            await self.client.typing(new, active: true)
        }
    }
}
