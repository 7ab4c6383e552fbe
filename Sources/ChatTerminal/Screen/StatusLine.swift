internal import ChatCore
internal import ChatWords

/// The row above the input line: the room, its members, and the state of the connection.
struct StatusLine: Equatable, Sendable {
    enum Link: Equatable, Sendable {
        case connecting, offline
        case connected(node: String, latency: Duration?)
    }

    var room: String
    /// The number of members of the room; nil until it is known.
    var members: Int?
    /// Another room with unread messages.
    struct Other: Equatable, Sendable {
        /// The digit that switches to it with Alt.
        var number: Int
        var room: String
        var unread: ReadMarks.Unread
    }

    var unread: [Other]
    /// The users that are typing.
    var typists: [String]
    var link: Link

    /// The line in a number of cells: the least important parts are left out first when it does not fit.
    func text(columns: Int) -> String {
        var parts: [(text: String, rank: Int)] = [(self.room, 0)]
        switch self.link {
        case .connecting: parts.append((Phrase.statusConnecting(), 1))
        case .offline: parts.append((Phrase.statusOffline(), 1))
        case .connected: break
        }
        if let members { parts.append((Phrase.statusHere(["count": "\(members)"]), 3)) }
        if let typing { parts.append((typing, 2)) }
        for other in self.unread { parts.append(("\(other.number):\(other.room) \(other.unread.text)", 4)) }
        if case .connected(let node, let latency) = self.link {
            parts.append((node, 6))
            if let latency { parts.append((Phrase.statusLatency(["milliseconds": Self.milliseconds(latency)]), 5)) }
        }
        for part in parts.indices { parts[part].text = parts[part].text.sanitizedLine }
        while parts.count > 1, Self.cells(parts) > columns,
            let worst = parts.indices.max(by: { parts[$0].rank < parts[$1].rank })
        {
            parts.remove(at: worst)
        }
        return CellWidth.prefix(of: Self.joined(parts), columns)
    }

    private static func joined(_ parts: [(text: String, rank: Int)]) -> String {
        " " + parts.map(\.text).joined(separator: " · ") + " "
    }

    private static func cells(_ parts: [(text: String, rank: Int)]) -> Int { CellWidth.of(self.joined(parts)) }

    private static func milliseconds(_ latency: Duration) -> String {
        let milliseconds = Int(latency / .milliseconds(1))
        return milliseconds == 0 ? "<1" : "\(milliseconds)"
    }

    private var typing: String? {
        switch self.typists.count {
        case 0: nil
        case 1: Phrase.typingOne(["name": self.typists[0]])
        case 2: Phrase.typingTwo(["name": self.typists[0], "other": self.typists[1]])
        case let count: Phrase.typingMany(["count": "\(count)"])
        }
    }
}

extension ReadMarks.Unread {
    /// `+3`, and `+3 @1` when one of them mentions the user.
    var text: String { "+\(self.messages)" + (self.mentions > 0 ? " @\(self.mentions)" : "") }
}
