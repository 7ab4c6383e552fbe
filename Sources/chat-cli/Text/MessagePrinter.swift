internal import ArgumentParser
internal import ChatCore
internal import Glibc

/// Messages as data on standard output.
struct MessagePrinter: Sendable {
    enum Style: Sendable {
        case people(MessageFormatter)
        case template(MessageTemplate)
        /// As the server sent it, one line of JSON each.
        case json
    }

    var style: Style

    /// Prints a message; false when it could not be printed: nobody reads any more, or the task was cancelled meanwhile.
    func print(_ message: Message) async -> Bool { await Output.put(self.text(message)) }

    private func text(_ message: Message) -> String {
        switch self.style {
        case .people(let formatter): formatter.lines(message).map { $0 + "\n" }.joined()
        case .template(let template): template.fill(message) + "\n"
        case .json: self.json(message) + "\n"
        }
    }

    /// As the server sent it, to programs; without what steers a terminal, to one.
    private func json(_ message: Message) -> String {
        let json = Event.message(message).json
        return isatty(STDOUT_FILENO) == 1 ? json.sanitizedLine : json
    }
}

/// How messages are printed, for the commands that print them.
struct OutputOptions: ParsableArguments {
    @Flag(help: .said("Print each message as one line of JSON, as the server sent it."))
    var json = false

    @Option(
        help: .said(
            """
            Print each message like this, e.g. '{time} {name}: {text}'. Fields: time, clock, date, milliseconds, room, \
            name, user, text, line, kind, seq, epoch, key; escapes: \\n \\t \\r \\e \\0 \\\\ {{ }}.
            """
        )
    )
    var format: String?

    @OptionGroup var color: ColorOption

    func validate() throws {
        guard self.format == nil || !self.json else { throw ValidationError("--format", without: "--json") }
        _ = try self.template
    }

    private var template: MessageTemplate? {
        get throws {
            do throws(SettingError) {
                return try self.format.map { raw throws(SettingError) in try MessageTemplate(raw) }
            } catch {
                throw ValidationError(error.message)
            }
        }
    }

    /// - Throws: `ValidationError` when something is not valid.
    func printer(_ settings: Settings, showsTime: Bool, showsRoom: Bool) throws -> MessagePrinter {
        if self.json { return MessagePrinter(style: .json) }
        if let template = try self.template { return MessagePrinter(style: .template(template)) }
        let palette = self.color.palette(settings)
        let formatter = MessageFormatter(palette: palette, showsTime: showsTime, showsRoom: showsRoom)
        return MessagePrinter(style: .people(formatter))
    }
}
