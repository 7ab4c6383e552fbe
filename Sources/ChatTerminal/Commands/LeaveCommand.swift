internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/leave`: leaves a room; the last one stays.
enum LeaveCommand: SlashCommand {
    static let name = "leave"
    static let argument = Wording("[room]", korean: "[대화방]")
    static let help = Wording("leave a room", korean: "방에서 나가기")
    static let takesRoom = true

    private static let lastRoom = Wording(
        "this is your last room; /quit leaves",
        korean: "마지막 대화방입니다. /quit으로 나갈 수 있습니다"
    )

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        let name = argument.isEmpty ? conversation.rooms.current.rawValue : argument
        guard let room = self.room(name, in: conversation) else { return }
        guard conversation.rooms.contains(room) else {
            return conversation.warn(Phrase.notIn(["room": room.rawValue]))
        }
        guard conversation.rooms.names.count > 1 else { return conversation.warn(self.lastRoom()) }
        conversation.forget(room)
        conversation.redraw()
        let client = conversation.client
        conversation.later { try? await client.leave(room) }
    }
}
