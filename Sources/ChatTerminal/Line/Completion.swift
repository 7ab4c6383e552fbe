/// The result of Tab for the word before the cursor: a machine without I/O.
struct Completion: Equatable, Sendable {
    /// The candidates for the word, sorted.
    let candidates: [String]
    /// The text to insert after it: the common part of all candidates and, if there is only one, the separator from the
    /// next word.
    let insertion: String

    /// The part of a slash command that matters here.
    struct Command: Equatable, Sendable {
        var name: String
        /// Whether its argument is a room.
        var takesRoom: Bool
    }

    /// - Parameters:
    ///   - before: The line up to the cursor.
    ///   - commands: The slash commands.
    ///   - members: The names of the members.
    ///   - rooms: The names of rooms.
    init(before: String, commands: [Command], members: [String], rooms: [String]) {
        let word = String(before.reversed().prefix { !$0.isWhitespace }.reversed())
        let isFirst = word.count == before.count
        let command = before.hasPrefix("/") ? before.dropFirst().prefix { !$0.isWhitespace } : ""
        let wantsRoom = commands.contains { $0.takesRoom && $0.name == command }
        let pool: [String] =
            if isFirst, word.hasPrefix("/") {
                commands.map { "/" + $0.name }.filter { $0.hasPrefix(word.lowercased()) }
            } else if word.hasPrefix("#") {
                rooms.map { "#" + $0 }
            } else if wantsRoom {
                rooms
            } else {
                members
            }
        let isKnown = !word.isEmpty || (wantsRoom && !isFirst)
        self.candidates = isKnown ? Set(pool.filter { $0.hasPrefix(word) }).sorted() : []
        guard let first = self.candidates.first else {
            self.insertion = ""
            return
        }
        let common = self.candidates.dropFirst().reduce(first) { String($0.commonPrefix(with: $1)) }
        // A name at the beginning of a line addresses that member.
        let ending = self.candidates.count > 1 ? "" : isFirst && members.contains(first) ? ": " : " "
        self.insertion = common.dropFirst(word.count) + ending
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> Substring {
        self.prefix(zip(self, other).prefix { $0 == $1 }.count)
    }
}
