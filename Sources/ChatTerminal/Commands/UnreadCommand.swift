internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/unread`: shows the unread messages of the room, after the last one that the user had read.
enum UnreadCommand: SlashCommand {
    static let name = "unread"
    static let help = Wording(
        "show what is unread in this room, from where you had read to",
        korean: "이 방에서 읽지 않은 것을 읽던 곳부터 보기"
    )

    /// The most messages that it shows.
    private static let maximum = 1000
    private static let unknown = Wording(
        "{room}: it is not known where the unread begins; /history shows the last messages",
        korean: "{room}: 어디까지 읽었는지 알 수 없습니다. /history로 마지막 메시지를 볼 수 있습니다"
    )
    private static let nothing = Wording("{room}: nothing unread", korean: "{room}: 읽지 않은 메시지가 없습니다")
    private static let summary = Wording("{room}: {count} unread", korean: "{room}: 읽지 않은 메시지 {count}개")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        let room = conversation.rooms.current
        guard let mark = conversation.rooms.marks.mark(room) else {
            return conversation.warn(self.unknown(["room": room.rawValue]))
        }
        conversation.later { await self.show(room, after: mark, in: conversation) }
    }

    private static func show(
        _ room: RoomName,
        after mark: LogPosition,
        in conversation: isolated Conversation
    ) async {
        var found: [Message] = []
        do throws(ClientError) {
            try await PastPages(of: room, conversation.client).read { messages in
                let unread = messages.filter { message in
                    message.position.map { $0.epoch != mark.epoch || $0.isBehind(mark) } ?? false
                }
                found = unread + found
                return unread.count == messages.count && found.count < self.maximum
            }
        } catch {
            return conversation.warn(Words.of(error))
        }
        let lines = found.filter { !conversation.ignored.contains($0.sender) }.flatMap { conversation.lines(of: $0) }
        let summary = lines.isEmpty ? self.nothing : self.summary
        let heading = summary(["room": room.rawValue, "count": "\(found.count)"])
        conversation.draw([conversation.formatter.notice(heading)] + lines)
    }
}
