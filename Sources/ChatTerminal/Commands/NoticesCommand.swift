internal import ChatWords

/// `/notices`: shows or hides the notices of joins and leaves.
enum NoticesCommand: SlashCommand {
    static let name = "notices"
    static let argument = Wording("[on|off]", korean: "[on|off]")
    static let help = Wording("show or hide who joins and leaves", korean: "드나드는 사람 알림을 보이거나 숨기기")

    private static let subject = Wording("notices", korean: "드나드는 사람 알림")

    /// The choice lasts until the end of the session.
    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard let isOn = self.turned(argument, conversation.showsNotices, in: conversation) else { return }
        conversation.showsNotices = isOn
        conversation.notice((isOn ? Phrase.isOn : .isOff)(["what": self.subject()]))
    }
}
