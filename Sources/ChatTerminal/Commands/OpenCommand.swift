internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/open`: opens a closed room.
enum OpenCommand: ModeratorCommand {
    static let name = "open"
    static let argument = Wording("[room]", korean: "[방]")
    static let help = Wording("let people into a closed room again", korean: "닫힌 방을 다시 열기")
    static let done = Wording("{room} is open again", korean: "{room}{을/를} 다시 열었습니다")

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        let other = argument.isEmpty ? nil : self.room(argument, in: conversation)
        guard argument.isEmpty || other != nil else { return nil }
        return ModeratorOrder(room: other) { client, room throws(ClientError) in try await client.reopen(room) }
    }
}
