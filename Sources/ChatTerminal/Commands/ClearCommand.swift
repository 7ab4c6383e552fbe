internal import ChatWords

/// `/clear`: clears the screen.
enum ClearCommand: SlashCommand {
    static let name = "clear"
    static let help = Wording("clear the screen", korean: "화면 지우기")

    static func run(_ argument: String, in conversation: isolated Conversation) async { conversation.clear() }
}
