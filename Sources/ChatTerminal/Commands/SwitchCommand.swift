internal import ChatCore
internal import ChatWords

/// `/switch`: changes to another of the user's rooms.
enum SwitchCommand: SlashCommand {
    static let name = "switch"
    static let argument = Wording("<room>", korean: "<대화방>")
    static let help = Wording(
        "talk in another of your rooms (Alt-1 … Alt-9)",
        korean: "들어가 있는 다른 방에서 말하기 (Alt-1 … Alt-9)"
    )
    static let takesRoom = true

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard let room = self.room(argument, in: conversation) else { return }
        guard conversation.rooms.contains(room) else {
            return conversation.warn(Phrase.notIn(["room": room.rawValue]))
        }
        conversation.talk(in: room)
    }
}
