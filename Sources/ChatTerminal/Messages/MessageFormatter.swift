package import ChatCore
internal import ChatSystem
internal import ChatWords

/// Messages as lines for people.
package struct MessageFormatter: Sendable {
    package var palette: Palette
    /// Whether each line shows the time.
    package var showsTime: Bool
    /// Whether each line shows the room, because there are several.
    package var showsRoom: Bool
    /// Whether each line shows the number of the message, by which a moderator names it.
    package var showsNumber = false

    package init(palette: Palette, showsTime: Bool, showsRoom: Bool) {
        self.palette = palette
        self.showsTime = showsTime
        self.showsRoom = showsRoom
    }

    /// The lines of a message; those after the first are indented.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - name: The author, if shown differently from the name alone.
    ///   - isMention: Whether it mentions the reader, and is marked for that.
    /// - Returns: At least one line.
    package func lines(_ message: Message, from name: String? = nil, isMention: Bool = false) -> [String] {
        let name = name ?? message.sender.name.rawValue.sanitizedLine
        let author = self.palette.author(name, id: message.sender.id.rawValue)
        var head = ""
        if self.showsTime { head += self.palette.faint(LocalTime(milliseconds: message.time).clock) + " " }
        if self.showsRoom { head += self.palette.faint("#\(message.room.rawValue.sanitizedLine)") + " " }
        if self.showsNumber, let position = message.position { head += self.palette.faint("[\(position.seq)]") + " " }
        if message.kind == .deletion { return [head + self.notice(Phrase.deletion(["name": name]))] }
        head += message.kind.lead(author)
        let said = message.kind == .deleted ? self.palette.faint(Phrase.deletedMessage()) : message.text.sanitizedText
        let text = said.split(separator: "\n", omittingEmptySubsequences: false)
        return text.enumerated().map { index, line in
            let shown = isMention ? self.palette.mention(String(line)) : String(line)
            return index == 0 ? head + shown : "    " + shown
        }
    }

    /// A line that is not a message.
    package func notice(_ text: String) -> String { self.palette.faint("-- \(text.sanitizedLine)") }

    /// A line that reports a problem.
    package func warning(_ text: String) -> String { self.palette.warning("!! \(text.sanitizedLine)") }
}
