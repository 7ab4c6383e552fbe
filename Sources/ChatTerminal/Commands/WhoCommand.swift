internal import ChatClient
internal import ChatWords

/// `/who`: lists the members of the room.
enum WhoCommand: SlashCommand {
    static let name = "who"
    static let help = Wording("list who is here", korean: "여기 있는 사람 보기")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        conversation.ask { client, room throws(ClientError) in
            Notices.members(room, try await client.members(room))
        }
    }
}
