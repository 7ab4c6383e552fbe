internal import ChatWords

/// `/timestamps`: shows or hides the time of messages.
enum TimestampsCommand: SlashCommand {
    static let name = "timestamps"
    static let argument = Wording("[on|off]", korean: "[on|off]")
    static let help = Wording("show or hide the time of messages", korean: "메시지의 시각을 보이거나 숨기기")

    private static let subject = Wording("timestamps", korean: "메시지의 시각")

    /// The choice lasts until the end of the session.
    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard let isOn = self.turned(argument, conversation.formatter.showsTime, in: conversation) else { return }
        conversation.formatter.showsTime = isOn
        conversation.notice((isOn ? Phrase.isOn : .isOff)(["what": self.subject()]))
    }
}
