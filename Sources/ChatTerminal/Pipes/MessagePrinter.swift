package import ChatCore
internal import ChatWords
internal import Glibc

/// Messages as data on standard output.
package struct MessagePrinter: Sendable {
    package enum Style: Sendable {
        case people(MessageFormatter)
        case template(MessageTemplate)
        /// As a `message` of the protocol, one line of JSON each; an unknown kind is a text.
        case json
    }

    package var style: Style

    package init(style: Style) { self.style = style }

    /// Prints a message; false when it could not be printed: nobody reads any more, or the task was cancelled meanwhile.
    package func print(_ message: Message) async -> Bool { await Output.put(self.text(message)) }

    private func text(_ message: Message) -> String {
        switch self.style {
        case .people(let formatter): formatter.lines(message).map { $0 + "\n" }.joined()
        case .template(let template): template.fill(message) + "\n"
        case .json: self.json(message) + "\n"
        }
    }

    /// Unchanged for programs; for a terminal, without control sequences.
    private func json(_ message: Message) -> String {
        let json = Event.message(message).json
        return isatty(STDOUT_FILENO) == 1 ? json.sanitizedLine : json
    }
}
