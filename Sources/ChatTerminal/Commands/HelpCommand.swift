internal import ChatClient
internal import ChatWords

/// `/help`: lists the commands.
enum HelpCommand: SlashCommand {
    static let name = "help"
    static let help = Wording("show this", korean: "이 도움말 보기")

    private static let doubleSlash = Wording(
        "A line that begins with // is said with one slash.",
        korean: "//로 시작하는 줄은 슬래시 하나로 시작하는 메시지로 보냅니다."
    )

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        let mayModerate = await conversation.mayModerate()
        let lines = self.lines(mayModerate: mayModerate).map(conversation.formatter.notice)
        conversation.draw(lines, indent: self.column() + conversation.formatter.notice("").count)
    }

    /// The cell in which the explanations begin.
    static func column(in language: Language = .current) -> Int {
        2 + (SlashCommands.all.map { CellWidth.of(self.head($0, in: language)) }.max() ?? 0)
    }

    /// One line for each command.
    static func lines(mayModerate: Bool = false, in language: Language = .current) -> [String] {
        let column = self.column(in: language)
        return SlashCommands.visible(mayModerate: mayModerate).map {
            self.head($0, in: language).padded(to: column) + $0.help.text(in: language)
        }
            + [self.doubleSlash.text(in: language)]
    }

    private static func head(_ command: any SlashCommand.Type, in language: Language) -> String {
        "/\(command.name) \(command.argument.text(in: language))"
    }
}
