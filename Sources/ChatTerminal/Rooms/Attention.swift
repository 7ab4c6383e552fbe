internal import ChatCore

/// Whether a text names somebody.
enum Mention {
    /// Whether a text names somebody.
    ///
    /// A name counts at the beginning of a word; the text after it matters only in scripts that put blanks between
    /// words: 민아야 and 민아는 both name 민아, and "Minaret" does not name Mina. After an `@` it counts anywhere.
    static func names(_ name: String, in text: String) -> Bool {
        let name = Array(name.lowercased())
        let text = Array(text.lowercased())
        guard !name.isEmpty, name.count <= text.count else { return false }
        return (0...text.count - name.count).contains { start in
            guard text[start..<start + name.count].elementsEqual(name) else { return false }
            let before = start > 0 ? text[start - 1] : " "
            let end = start + name.count
            let after = end < text.count ? text[end] : " "
            let begins = before == "@" || !(before.isLetter || before.isNumber)
            let ends = !(name[name.count - 1].isASCII && after.isASCII && (after.isLetter || after.isNumber))
            return begins && ends
        }
    }
}

/// Rings at most every few seconds: a bell for each line of a flood would be an attack.
struct Bell: Equatable, Sendable {
    static let interval: Duration = .seconds(5)

    private var last: ContinuousClock.Instant?

    /// The user was mentioned; returns whether the bell rings.
    mutating func ring(now: ContinuousClock.Instant) -> Bool {
        if let last, now - last < Self.interval { return false }
        self.last = now
        return true
    }
}

/// Users whose messages are not shown, by id if known, so that a new name does not help them.
struct Ignored: Equatable, Sendable {
    private var entries: [(name: String, ids: Set<UserID>)] = []

    static func == (one: Self, two: Self) -> Bool {
        one.entries.elementsEqual(two.entries) { $0.name == $1.name && $0.ids == $1.ids }
    }

    var names: [String] { self.entries.map(\.name) }

    /// Ignores a user, or shows the user's messages again.
    ///
    /// - Parameters:
    ///   - name: The name, in upper or lower case.
    ///   - ids: The users with this name now.
    /// - Returns: Whether they are ignored now.
    mutating func toggle(_ name: String, _ ids: Set<UserID>) -> Bool {
        if let index = self.entries.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
            self.entries.remove(at: index)
            return false
        }
        self.entries.append((name, ids))
        return true
    }

    func contains(_ user: User) -> Bool {
        self.entries.contains { $0.ids.contains(user.id) || $0.name.lowercased() == user.name.rawValue.lowercased() }
    }
}
