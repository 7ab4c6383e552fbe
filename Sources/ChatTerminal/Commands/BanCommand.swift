internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/ban`: keeps a user out of the room.
enum BanCommand: ModeratorCommand {
    static let name = "ban"
    static let argument = Wording("<name> [1d] [reason]", korean: "<이름> [1d] [이유]")
    static let help = Wording(
        "keep somebody out, for some time or until /unban",
        korean: "들어오지 못하게 하기, 정한 시간 동안 또는 /unban할 때까지"
    )
    static let done = Wording("{name} is banned from {room}", korean: "{name} 님은 이제 {room}에 들어올 수 없습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        self.orderAboutUser(argument, in: conversation) { client, room, user, ruling throws(ClientError) in
            try await client.ban(user, from: room, seconds: ruling.seconds, reason: ruling.reason)
        }
    }
}
