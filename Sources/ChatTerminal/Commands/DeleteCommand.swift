internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/delete`: takes the text of one message away.
enum DeleteCommand: SlashCommand {
    static let name = "delete"
    static let argument = Wording("[number|name] [reason]", korean: "[번호|이름] [이유]")
    static let help = Wording(
        "delete a message, or the last one of somebody; alone: list them",
        korean: "번호의 메시지나 그 사람의 마지막 메시지 삭제하기, 명령만 쓰면 번호 보기"
    )
    static let isForModerators = true

    private static let usage = Wording(
        "/delete <number> deletes one of these messages, /delete <name> the last of somebody:",
        korean: "/delete <번호>는 다음 가운데 하나를, /delete <이름>은 그 사람의 마지막 메시지를 삭제합니다:"
    )
    private static let nothing = Wording(
        "{room}: there is nothing to delete",
        korean: "{room}: 삭제할 메시지가 없습니다"
    )
    private static let nobody = Wording(
        "/delete wants the number of a message, or the name of somebody who wrote it; alone it lists the last ones",
        korean: "/delete 뒤에는 메시지 번호나 쓴 사람의 이름이 필요합니다. 명령만 쓰면 마지막 메시지들을 보여 줍니다"
    )
    private static let silent = Wording(
        "{name} has not written lately; /history and /search show the numbers of older messages",
        korean: "{name} 님이 최근에 쓴 메시지가 없습니다. 이전 메시지의 번호는 /history와 /search로 볼 수 있습니다"
    )
    private static let done = Wording(
        "{room}: message {number} was deleted",
        korean: "{room}: {number}번 메시지를 삭제했습니다"
    )
    private static let missing = Wording(
        "{room}: there is no message {number}",
        korean: "{room}: {number}번 메시지가 없습니다"
    )
    private static let before = Wording(
        "{room}: message {number} is deleted already",
        korean: "{room}: {number}번은 이미 삭제된 메시지입니다"
    )

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        let room = conversation.rooms.current
        let messages = conversation.rooms.recent(in: room).filter { $0.kind != .deleted && $0.position != nil }
        switch DeletionTarget(argument, messages, { conversation.rooms.users(named: $0, in: room) }) {
        case .unnamed: self.list(messages, of: room, in: conversation)
        case .nobody: conversation.warn(self.nobody())
        case .several(let users):
            let names = users.map { conversation.rooms.label($0.name, $0.id, in: room) }.joined(separator: ", ")
            conversation.warn(ModeratorTarget.severalNamed(["names": names]))
        case .silent(let name): conversation.warn(self.silent(["name": name]))
        case .message(let seq, let epoch, let message, let reason):
            let line = message.map { ": " + self.line(of: $0, in: conversation) } ?? ""
            conversation.later { await self.delete(seq, of: room, epoch, reason, line, in: conversation) }
        }
    }

    private static func delete(
        _ seq: Int,
        of room: RoomName,
        _ epoch: Epoch?,
        _ reason: String,
        _ line: String,
        in conversation: isolated Conversation
    ) async {
        let values: KeyValuePairs = ["room": room.rawValue, "number": "\(seq)"]
        do throws(ClientError) {
            let receipt = try await conversation.client.delete(seq, in: room, epoch: epoch, reason: reason)
            conversation.notice((receipt.isDuplicate ? self.before : self.done)(values) + line)
        } catch {
            let isMissing = error.refusal?.code == .notFound
            conversation.warn(isMissing ? self.missing(values) : Words.of(error))
        }
    }

    /// Lists the last messages with their numbers.
    private static func list(_ messages: [Message], of room: RoomName, in conversation: isolated Conversation) {
        guard !messages.isEmpty else { return conversation.warn(self.nothing(["room": room.rawValue])) }
        let lines = messages.suffix(Answer.listed).map { message in
            "[\(message.position?.seq ?? 0)] \(self.line(of: message, in: conversation))"
        }
        conversation.draw(([self.usage()] + lines).map(conversation.formatter.notice))
    }

    private static func line(of message: Message, in conversation: isolated Conversation) -> String {
        let line = message.kind.line(message.text, by: conversation.rooms.label(message.sender, in: message.room))
        return CellWidth.prefix(of: line.sanitizedLine, 60)
    }
}
