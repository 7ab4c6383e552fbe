internal import ChatCore

/// The line that is being written, and the other actions of keys: a machine without I/O.
struct LineDraft: Sendable {
    private(set) var editor: LineEditor
    private var typing = TypingNotifier()

    /// - Parameter history: The lines that were written before.
    init(history: LineHistory = LineHistory()) { self.editor = LineEditor(history: history) }

    /// The action of a key.
    enum OnKey: Equatable, Sendable {
        case nothing
        /// The line was edited: it is to be drawn again.
        case edited
        /// This many lines were pasted at once. They are not sent before Enter.
        case pasted(lines: Int)
        /// The line is finished; a new one has begun.
        case submit(String)
        case complete
        /// Go to another room, by its place among the user's rooms, counted from 0.
        case enterRoom(Int)
        case clearScreen
        case suspend
        /// Ctrl-C with nothing to cancel.
        case explainLeaving
        case leave
    }

    mutating func press(_ key: Key) -> OnKey {
        switch key {
        case .control("d") where self.editor.isEmpty: return .leave
        case .control("c"): return self.editor.isEmpty ? .explainLeaving : self.edit(.clear)
        case .control("l"): return .clearScreen
        case .control("z"): return .suspend
        case .special(.tab, _): return .complete
        case .alt(let digit) where digit.isASCII && digit.isNumber:
            return .enterRoom((digit.wholeNumberValue ?? 0) - 1)
        case .paste(let text):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            let result = self.edit(.insert(text))
            return lines > 1 ? .pasted(lines: lines) : result
        case .text, .control, .alt, .special: return EditCommand(key).map { self.edit($0) } ?? .nothing
        }
    }

    /// Inserts text at the cursor, as for a completion.
    mutating func insert(_ text: String) { _ = self.edit(.insert(text)) }

    private mutating func edit(_ command: EditCommand) -> OnKey {
        guard case .submit(let line) = self.editor.apply(command) else { return .edited }
        self.typing.sent()
        return .submit(line)
    }

    /// Decides the typing event for others, after all keys that came together were handled.
    mutating func typed(in room: RoomName, now: ContinuousClock.Instant) -> TypingNotifier.OnEdit {
        self.typing.edited(self.editor.text, in: room, now: now)
    }
}
