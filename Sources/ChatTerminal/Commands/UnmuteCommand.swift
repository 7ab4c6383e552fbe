internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/unmute`: lets a muted user speak again.
enum UnmuteCommand: ModeratorCommand {
    static let name = "unmute"
    static let argument = Wording("<name>", korean: "<이름>")
    static let help = Wording("let somebody speak again", korean: "다시 말할 수 있게 하기")
    static let done = Wording("{name} may speak in {room} again", korean: "{name} 님은 다시 {room}에서 말할 수 있습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        self.orderAboutUser(argument, in: conversation) { client, room, user, _ throws(ClientError) in
            try await client.unmute(user, in: room)
        }
    }
}
