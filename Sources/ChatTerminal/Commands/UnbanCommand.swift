internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/unban`: lets a banned user in again.
enum UnbanCommand: ModeratorCommand {
    static let name = "unban"
    static let argument = Wording("<name|id>", korean: "<이름|ID>")
    static let help = Wording("let somebody in again", korean: "다시 들어올 수 있게 하기")
    static let done = Wording("{name} may enter {room} again", korean: "{name} 님은 다시 {room}에 들어올 수 있습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        self.orderAboutUser(argument, in: conversation) { client, room, user, _ throws(ClientError) in
            try await client.unban(user, in: room)
        }
    }
}
