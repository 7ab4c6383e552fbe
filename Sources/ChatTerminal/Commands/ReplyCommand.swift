internal import ChatCore
internal import ChatWords

/// `/reply`: answers one message, beneath a quotation of it.
enum ReplyCommand: SlashCommand {
    static let name = "reply"
    static let argument = Wording("[@name|^n] <text>", korean: "[@이름|^n] <글>")
    static let help = Wording(
        "answer a message, with a quotation; alone: show which",
        korean: "메시지를 인용해 답하기, 명령만 쓰면 고를 수 있는 메시지 보기"
    )

    private static let usage = Wording(
        "/reply <text> answers the last message, /reply @name <text> the last of somebody, "
            + "/reply ^n <text> one of these:",
        korean: "/reply <글>은 마지막 메시지에, /reply @이름 <글>은 그 사람의 마지막 메시지에, "
            + "/reply ^n <글>은 다음 가운데 하나에 답합니다:"
    )
    private static let nothing = Wording("{room}: there is nothing to answer", korean: "{room}: 답할 메시지가 없습니다")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        let room = conversation.rooms.current
        let messages = conversation.rooms.recent(in: room)
        if let (message, text) = Answer.parse(argument, messages, user: conversation.link.user?.id) {
            return await conversation.say(Answer.text(text, to: message))
        }
        guard !messages.isEmpty else { return conversation.warn(self.nothing(["room": room.rawValue])) }
        let listed = messages.suffix(Answer.listed)
        let lines = zip((1...listed.count).reversed(), listed).map { number, message in
            let line = message.kind.line(message.text, by: conversation.rooms.label(message.sender, in: room))
            return "^\(number) \(CellWidth.prefix(of: line.sanitizedLine, 60))"
        }
        conversation.draw(([self.usage()] + lines).map(conversation.formatter.notice))
    }
}
