internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/rooms`: lists the rooms of the server.
enum RoomsCommand: SlashCommand {
    static let name = "rooms"
    static let help = Wording("list the rooms of the server", korean: "서버의 대화방 보기")

    private static let none = Wording("there are no rooms", korean: "대화방이 없습니다")
    private static let summary = Wording("{room}: {count} here", korean: "{room}: {count}명")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        conversation.later { await self.list(in: conversation) }
    }

    private static func list(in conversation: isolated Conversation) async {
        do throws(ClientError) {
            let page = try await conversation.directory.page()
            conversation.knownRooms = page.rooms.map(\.name.rawValue.sanitizedLine)
            let lines = page.rooms.map { self.summary(["room": $0.name.rawValue, "count": "\($0.memberCount)"]) }
            let more = page.cursor == nil ? [] : ["…"]
            conversation.draw((lines.isEmpty ? [self.none()] : lines + more).map(conversation.formatter.notice))
        } catch {
            conversation.warn(Words.of(error))
        }
    }
}
