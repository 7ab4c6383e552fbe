internal import ChatCore

/// Messages as lines for people.
struct MessageFormatter: Sendable {
    var palette: Palette
    /// Whether each line says when.
    var showsTime: Bool
    /// Whether each line says where, because there are several rooms.
    var showsRoom: Bool

    /// The lines of a message; those after the first are indented.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - name: Who wrote it, where that is shown in another way than by the name alone.
    ///   - isMention: Whether it names the reader, who is to see that.
    /// - Returns: At least one line.
    func lines(_ message: Message, from name: String? = nil, isMention: Bool = false) -> [String] {
        let name = name ?? message.sender.name.rawValue.sanitizedLine
        let author = self.palette.author(name, id: message.sender.id.rawValue)
        var head = ""
        if self.showsTime { head += self.palette.faint(LocalTime(milliseconds: message.time).clock) + " " }
        if self.showsRoom { head += self.palette.faint("#\(message.room.rawValue.sanitizedLine)") + " " }
        head += message.kind == .action ? "* \(author) " : "\(author): "
        let text = message.text.sanitizedText.split(separator: "\n", omittingEmptySubsequences: false)
        return text.enumerated().map { index, line in
            let shown = isMention ? self.palette.mention(String(line)) : String(line)
            return index == 0 ? head + shown : "    " + shown
        }
    }

    /// A line that is no message.
    func notice(_ text: String) -> String { self.palette.faint("-- \(text.sanitizedLine)") }

    /// A line that tells of trouble.
    func warning(_ text: String) -> String { self.palette.warning("!! \(text.sanitizedLine)") }
}
