/// The points of a room: `Mina++` gives Mina one, and `karma?` asks for the list.
///
/// A machine: it knows no server and no clock. The same texts in the same order give the same answers.
struct Karma {
    private var points: [String: Int] = [:]

    /// Hears a text of the room.
    ///
    /// - Parameters:
    ///   - text: What somebody said.
    ///   - author: The name of who said it; nobody gives points to themselves.
    /// - Returns: What the bot says to that; nil for most.
    mutating func hear(_ text: String, from author: String) -> String? {
        if text == "karma?" { return self.list }
        let name = String(text.dropLast(2))
        guard text.hasSuffix("++"), (1...40).contains(name.count), name != author else { return nil }
        self.points[name, default: 0] += 1
        return "\(name): \(self.points[name, default: 0])"
    }

    /// The ten best, and of equal ones the first by name.
    private var list: String {
        let best = self.points.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10)
        return best.isEmpty ? "nobody has points yet" : best.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
}
