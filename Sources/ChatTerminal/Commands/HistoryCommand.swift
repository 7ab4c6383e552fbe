internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/history`: shows the last messages of the room.
enum HistoryCommand: SlashCommand {
    static let name = "history"
    static let argument = Wording("[n]", korean: "[n]")
    static let help = Wording("show the last n messages of this room", korean: "이 방의 마지막 메시지 n개 보기")

    /// The default number of messages that it shows.
    private static let usual = 20
    private static let badNumber = Wording(
        "/history is followed by a number above 0, or by nothing",
        korean: "/history 뒤에는 1 이상의 수 또는 아무것도 쓰지 않습니다"
    )

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard let count = argument.isEmpty ? self.usual : Int(argument), count > 0 else {
            return conversation.warn(self.badNumber())
        }
        let room = conversation.rooms.current
        conversation.later { await self.show(count, of: room, in: conversation) }
    }

    private static func show(_ count: Int, of room: RoomName, in conversation: isolated Conversation) async {
        do throws(ClientError) {
            let page = try await conversation.client.history(room, limit: count)
            let mayModerate = await conversation.client.mayModerate(room)
            conversation.draw(page.messages.flatMap { conversation.lines(of: $0, showsNumber: mayModerate) })
        } catch {
            conversation.warn(Words.of(error))
        }
    }
}
