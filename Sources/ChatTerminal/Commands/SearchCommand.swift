internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

/// `/search`: finds a text in the room's past.
enum SearchCommand: SlashCommand {
    static let name = "search"
    static let argument = Wording("<text>", korean: "<글>")
    static let help = Wording("find a text in this room's past", korean: "이 방의 지난 대화에서 글 찾기")

    /// The most messages that it reads, and the most results that it shows.
    private static let maximum = (read: 1000, shown: 20)
    private static let nothing = Wording(
        "{room}: nothing found for \"{text}\"",
        korean: "{room}: \"{text}\"{을/를} 찾지 못했습니다"
    )
    private static let summary = Wording(
        "{room}: {count} found for \"{text}\"",
        korean: "{room}: \"{text}\" {count}개를 찾았습니다"
    )

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard self.isText(argument, in: conversation) else { return }
        let room = conversation.rooms.current
        conversation.later { await self.search(argument, in: room, conversation) }
    }

    private static func search(
        _ text: String,
        in room: RoomName,
        _ conversation: isolated Conversation
    ) async {
        var found: [Message] = []
        var read = 0
        let ignored = conversation.ignored
        do throws(ClientError) {
            try await PastPages(of: room, conversation.client).read { messages in
                read += messages.count
                let hits = messages.filter {
                    $0.text.lowercased().contains(text.lowercased()) && !ignored.contains($0.sender)
                }
                found = hits.suffix(self.maximum.shown - found.count) + found
                return read < self.maximum.read && found.count < self.maximum.shown
            }
        } catch {
            return conversation.warn(Words.of(error))
        }
        let summary = found.isEmpty ? self.nothing : self.summary
        let heading = summary(["room": room.rawValue, "text": text, "count": "\(found.count)"])
        let mayModerate = await conversation.client.mayModerate(room)
        let lines = found.flatMap { message in
            let day = conversation.formatter.palette.faint(LocalTime(milliseconds: message.time).day)
            return conversation.lines(of: message, showsNumber: mayModerate).enumerated().map {
                $0.offset == 0 ? day + " " + $0.element : $0.element
            }
        }
        conversation.draw([conversation.formatter.notice(heading)] + lines)
    }
}
