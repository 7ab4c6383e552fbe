/// The lines that were written before, with the user's place among them.
struct LineHistory: Equatable, Sendable {
    /// The most lines that are kept.
    static let capacity = 500

    private var lines: [String] = []
    /// The number of lines that the user has gone back; 0 is the line that is being written.
    private var depth = 0
    /// The line that was being written when the user went back.
    private var draft = ""

    init() {}

    /// Begins with lines of earlier sessions.
    init(_ lines: [String]) { self.lines = lines.suffix(Self.capacity) }

    /// Finds the last line that has a text in it.
    ///
    /// - Parameters:
    ///   - query: The text; upper and lower case are the same.
    ///   - end: Only lines before this one are searched; nil: all.
    /// - Returns: The line and its number.
    func search(_ query: String, before end: Int? = nil) -> (line: String, index: Int)? {
        let query = query.lowercased()
        guard !query.isEmpty else { return nil }
        let index = self.lines.indices.prefix(end ?? self.lines.count).last {
            self.lines[$0].lowercased().contains(query)
        }
        return index.map { (self.lines[$0], $0) }
    }

    /// Keeps a line, unless it is blank or the same as the last one.
    mutating func append(_ line: String) {
        self.depth = 0
        guard !line.allSatisfy(\.isWhitespace), line != self.lines.last else { return }
        self.lines.append(line)
        if self.lines.count > Self.capacity { self.lines.removeFirst() }
    }

    /// The line before; nil at the first one.
    mutating func previous(leaving text: String) -> String? {
        guard self.depth < self.lines.count else { return nil }
        if self.depth == 0 { self.draft = text }
        self.depth += 1
        return self.lines[self.lines.count - self.depth]
    }

    /// The line after, at last the one that was being written; nil there.
    mutating func next(leaving text: String) -> String? {
        guard self.depth > 0 else { return nil }
        self.depth -= 1
        return self.depth == 0 ? self.draft : self.lines[self.lines.count - self.depth]
    }
}
