internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/mute`: lets a user say nothing.
enum MuteCommand: ModeratorCommand {
    static let name = "mute"
    static let argument = Wording("<name> [10m] [reason]", korean: "<이름> [10m] [이유]")
    static let help = Wording(
        "let somebody say nothing, for some time or until /unmute",
        korean: "말하지 못하게 하기, 정한 시간 동안 또는 /unmute할 때까지"
    )
    static let done = Wording("{name} is muted in {room}", korean: "{name} 님은 이제 {room}에서 말할 수 없습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        self.orderAboutUser(argument, in: conversation) { client, room, user, ruling throws(ClientError) in
            try await client.mute(user, in: room, seconds: ruling.seconds, reason: ruling.reason)
        }
    }
}
