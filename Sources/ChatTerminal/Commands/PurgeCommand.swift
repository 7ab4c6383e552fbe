internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/purge`: removes every message of the room.
enum PurgeCommand: ModeratorCommand {
    static let name = "purge"
    static let argument = Wording("[reason]", korean: "[이유]")
    static let help = Wording("remove every message of this room", korean: "이 방의 메시지를 모두 지우기")
    static let done = Wording("{room}: every message was removed", korean: "{room}: 메시지를 모두 지웠습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        ModeratorOrder { client, room throws(ClientError) in
            try await client.clear(room, reason: argument)
        }
    }
}
