internal import ArgumentParser
internal import ChatTerminal
internal import ChatWords

/// The form of printed messages, for the commands that print them.
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
            do throws(Fault) {
                return try self.format.map { raw throws(Fault) in try MessageTemplate(raw) }
            } catch {
                throw ValidationError(error.message)
            }
        }
    }

    /// - Throws: `ValidationError` when something is not valid.
    func printer(_ settings: ClientSettings, showsTime: Bool, showsRoom: Bool) throws -> MessagePrinter {
        if self.json { return MessagePrinter(style: .json) }
        if let template = try self.template { return MessagePrinter(style: .template(template)) }
        let palette = self.color.palette(settings)
        let formatter = MessageFormatter(palette: palette, showsTime: showsTime, showsRoom: showsRoom)
        return MessagePrinter(style: .people(formatter))
    }
}
