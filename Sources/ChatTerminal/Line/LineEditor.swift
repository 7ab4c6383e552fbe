/// The line that is being written: a machine over grapheme clusters, without I/O.
///
/// The text is stored in two parts, before and after the cursor, so that a typed combining character joins the cluster
/// before it, as on the screen.
struct LineEditor: Equatable, Sendable {
    private(set) var before = ""
    private(set) var after = ""
    /// The text that was cut last; consecutive cuts count as one.
    private var killed = ""
    private var isKilling = false
    private var undos: [Snapshot] = []
    private var isTyping = false
    private(set) var history: LineHistory
    private var search: Search?

    private struct Snapshot: Equatable, Sendable {
        var before: String
        var after: String
    }

    /// A search in the history.
    private struct Search: Equatable, Sendable {
        var query = ""
        /// The number of the line that was found last.
        var found: Int?
        /// The line as it was before.
        var original: Snapshot
    }

    /// - Parameter history: The lines that were written before.
    init(history: LineHistory = LineHistory()) { self.history = history }

    /// The whole text.
    var text: String { self.before + self.after }
    var isEmpty: Bool { self.before.isEmpty && self.after.isEmpty }

    /// The text of a search in the history; nil while there is none.
    var searchQuery: String? { self.search?.query }

    /// The result of a command.
    enum OnEdit: Equatable, Sendable {
        /// The line must be drawn again.
        case changed
        /// There was nothing to do.
        case unchanged
        /// The line is finished; a new one has begun.
        case submit(String)
    }

    /// Carries out the command of a key.
    mutating func apply(_ command: EditCommand) -> OnEdit {
        if self.search != nil, let result = self.applyToSearch(command) { return result }
        if !command.isKill { self.isKilling = false }
        if !command.isTyping { self.isTyping = false }
        let old = Snapshot(before: self.before, after: self.after)
        switch command {
        case .insert(let text): self.insert(text)
        case .submit: return self.submit()
        case .undo: self.undo()
        case .previousLine: if let line = self.history.previous(leaving: self.text) { self.replace(with: line) }
        case .nextLine: if let line = self.history.next(leaving: self.text) { self.replace(with: line) }
        case .move(let motion): self.move(motion)
        case .erase(let motion): self.cut(motion, keep: false)
        case .kill(let motion): self.cut(motion, keep: true)
        case .yank: self.insert(self.killed)
        case .transpose: self.transpose()
        case .clear: self.replace(with: "")
        case .searchBackward:
            self.search = Search(original: old)
            return .changed
        case .cancel: break
        }
        let new = Snapshot(before: self.before, after: self.after)
        guard new != old else { return .unchanged }
        if new.before + new.after != old.before + old.after { self.remember(old, command) }
        return .changed
    }

    private mutating func insert(_ text: String) { self.before += text }

    private mutating func replace(with text: String) {
        self.before = text
        self.after = ""
    }

    private mutating func submit() -> OnEdit {
        let text = self.text
        self.history.append(text)
        self.replace(with: "")
        self.undos = []
        return .submit(text)
    }

    private mutating func transpose() {
        if self.after.isEmpty, self.before.count > 1 { self.move(.backward) }
        guard let left = self.before.last, let right = self.after.first else { return }
        self.before.removeLast()
        self.after.removeFirst()
        self.before += String(right) + String(left)
    }
}

// MARK: - Motions

extension LineEditor {
    private mutating func move(_ motion: EditCommand.Motion) {
        let count = self.length(of: motion)
        if motion.isBackward {
            self.after = self.before.suffix(count) + self.after
            self.before.removeLast(count)
        } else {
            self.before += self.after.prefix(count)
            self.after.removeFirst(count)
        }
    }

    /// Cuts the text that a motion covers; if it is kept, it can be yanked.
    private mutating func cut(_ motion: EditCommand.Motion, keep: Bool) {
        let count = self.length(of: motion)
        let cut = motion.isBackward ? String(self.before.suffix(count)) : String(self.after.prefix(count))
        if motion.isBackward { self.before.removeLast(count) } else { self.after.removeFirst(count) }
        guard keep else { return }
        if !self.isKilling { self.killed = "" }
        self.killed = motion.isBackward ? cut + self.killed : self.killed + cut
        self.isKilling = true
    }

    /// The number of clusters that a motion covers.
    private func length(of motion: EditCommand.Motion) -> Int {
        switch motion {
        case .backward: min(1, self.before.count)
        case .forward: min(1, self.after.count)
        case .toStart: self.before.count
        case .toEnd: self.after.count
        case .wordBackward: Self.wordLength(self.before.reversed())
        case .wordForward: Self.wordLength(Array(self.after))
        case .blankBackward: Self.blankLength(self.before.reversed())
        }
    }

    /// Up to the end of the next word: first the characters between words, then the word.
    private static func wordLength(_ characters: [Character]) -> Int {
        let gap = characters.prefix { !$0.isLetter && !$0.isNumber }.count
        return gap + characters.dropFirst(gap).prefix { $0.isLetter || $0.isNumber }.count
    }

    private static func blankLength(_ characters: [Character]) -> Int {
        let gap = characters.prefix(while: \.isWhitespace).count
        return gap + characters.dropFirst(gap).prefix { !$0.isWhitespace }.count
    }
}

// MARK: - Searching

extension LineEditor {
    /// - Returns: nil when the command ends the search with the found line, and must then be done on that line.
    private mutating func applyToSearch(_ command: EditCommand) -> OnEdit? {
        guard var search else { return nil }
        switch command {
        case .insert(let text):
            search.query += text
            // The found line may still match.
            self.find(&search, before: search.found.map { $0 + 1 })
        case .erase(.backward):
            _ = search.query.popLast()
            self.find(&search, before: nil)
        case .searchBackward: self.find(&search, before: search.found)
        case .cancel:
            self.before = search.original.before
            self.after = search.original.after
            self.search = nil
            return .changed
        case .submit, .move, .erase, .kill, .yank, .transpose, .undo, .clear, .previousLine, .nextLine:
            if self.text != search.original.before + search.original.after { self.push(search.original) }
            self.search = nil
            return nil
        }
        self.search = search
        return .changed
    }

    private mutating func find(_ search: inout Search, before end: Int?) {
        guard let found = self.history.search(search.query, before: end) else { return }
        search.found = found.index
        self.replace(with: found.line)
    }
}

// MARK: - Undo

extension LineEditor {
    /// The most steps that can be undone.
    static let maximumUndos = 200

    private mutating func remember(_ old: Snapshot, _ command: EditCommand) {
        guard command != .undo else { return }
        // Undo removes a whole word that was typed without a pause.
        if case .insert(let text) = command, text.count == 1 {
            let goesOn = self.isTyping && text != " "
            self.isTyping = true
            if goesOn { return }
        }
        self.push(old)
    }

    private mutating func push(_ snapshot: Snapshot) {
        self.undos.append(snapshot)
        if self.undos.count > Self.maximumUndos { self.undos.removeFirst() }
    }

    private mutating func undo() {
        guard let last = self.undos.popLast() else { return }
        self.before = last.before
        self.after = last.after
    }
}
