internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/kick`: removes a user from the room.
enum KickCommand: ModeratorCommand {
    static let name = "kick"
    static let argument = Wording("<name> [reason]", korean: "<이름> [이유]")
    static let help = Wording("remove somebody, who may come back", korean: "내보내기 (다시 들어올 수 있음)")
    static let done = Wording("{name} was removed from {room}", korean: "{name} 님을 {room}에서 내보냈습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        self.orderAboutUser(argument, in: conversation) { client, room, user, ruling throws(ClientError) in
            try await client.kick(user, from: room, reason: ruling.reason)
        }
    }
}
