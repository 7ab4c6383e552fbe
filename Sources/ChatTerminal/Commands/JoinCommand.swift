internal import ChatCore
internal import ChatWords

/// `/join`: joins another room as well.
enum JoinCommand: SlashCommand {
    static let name = "join"
    static let argument = Wording("<room>", korean: "<대화방>")
    static let help = Wording("go to another room as well", korean: "다른 방에도 들어가기")
    static let takesRoom = true

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard let room = self.room(argument, in: conversation) else { return }
        await conversation.join(room)
        conversation.talk(in: room)
    }
}
