internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/close`: closes the room.
enum CloseCommand: ModeratorCommand {
    static let name = "close"
    static let argument = Wording("[1h] [reason]", korean: "[1h] [이유]")
    static let help = Wording(
        "let nobody be in this room, for some time or until /open",
        korean: "이 방 닫기, 정한 시간 동안 또는 /open할 때까지"
    )
    static let done = Wording("{room} is closed", korean: "{room}{을/를} 닫았습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        let ruling = RulingTerms(argument)
        return ModeratorOrder { client, room throws(ClientError) in
            try await client.shut(room, seconds: ruling.seconds, reason: ruling.reason)
        }
    }
}
