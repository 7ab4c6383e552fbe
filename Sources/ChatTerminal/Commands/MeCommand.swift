internal import ChatCore
internal import ChatWords

/// `/me`: sends an action of the user.
enum MeCommand: SlashCommand {
    static let name = "me"
    static let argument = Wording("<text>", korean: "<글>")
    static let help = Wording("say what you do: /me waves", korean: "하는 일을 말하기: /me 손을 흔든다")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        if self.isText(argument, in: conversation) { await conversation.say(argument, .action) }
    }
}
