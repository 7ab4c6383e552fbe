internal import ChatWords

/// `/quit`: leaves everything.
enum QuitCommand: SlashCommand {
    static let name = "quit"
    static let help = Wording("leave everything (Ctrl-D on an empty line)", korean: "모두 나가기 (빈 줄에서 Ctrl-D)")

    static func run(_ argument: String, in conversation: isolated Conversation) async { conversation.leave() }
}
