internal import ChatCore
internal import ChatWords

/// An answer to one message: the protocol has none, so it is sent below a quotation, which every client shows.
struct Answer: Equatable, Sendable {
    /// The number of messages of a room that can be answered by their place.
    static let remembered = 50
    /// The number of messages that are listed.
    static let listed = 9
    /// The most cells of a message that are quoted.
    private static let quoted = 60

    /// Reads the argument of `/reply`: `text`, `@name text` or `^3 text`.
    ///
    /// - Parameters:
    ///   - argument: The text after the command.
    ///   - messages: The last messages of the room, oldest first.
    ///   - user: The user that answers; by default not to their own message.
    /// - Returns: The message and the text; nil when there is no such message, or no text.
    static func parse(_ argument: String, _ messages: [Message], user: UserID?) -> (message: Message, text: String)? {
        let others = messages.filter { $0.sender.id != user }
        let (found, text): (Message?, Substring)
        switch argument.first {
        case "^":
            let digits = argument.dropFirst().prefix { $0.isASCII && $0.isNumber }
            let index = messages.count - (Int(digits) ?? 0)
            (found, text) = (messages.indices.contains(index) ? messages[index] : nil, argument[digits.endIndex...])
        case "@":
            let rest = argument.dropFirst()
            let named = others.last { message in
                let name = message.sender.name.rawValue
                guard rest.lowercased().hasPrefix(name.lowercased()) else { return false }
                return rest.dropFirst(name.count).first.map { $0.isWhitespace || $0 == ":" || $0 == "," } ?? true
            }
            let count = named?.sender.name.rawValue.count ?? 0
            (found, text) = (named, rest.dropFirst(count).drop { $0 == ":" || $0 == "," })
        default: (found, text) = (others.last, argument[...])
        }
        guard let found, !text.allSatisfy(\.isWhitespace) else { return nil }
        return (found, String(text.drop(while: \.isWhitespace)))
    }

    /// The text to send: a line of the message after `> `, and the answer below it.
    static func text(_ answer: String, to message: Message) -> String {
        // A quoted answer is shortened by its own quotation.
        let lines = message.text.split(separator: "\n")
        let line = lines.first { !$0.hasPrefix(">") } ?? lines.first ?? ""
        let quoted = CellWidth.prefix(of: String(line).sanitizedLine, Self.quoted)
        return "> \(message.kind.line(quoted, by: message.sender.name.rawValue.sanitizedLine))\n\(answer)"
    }
}
