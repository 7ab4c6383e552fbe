internal import ChatWords

/// `/ignore`: hides the messages of a user, or shows them again.
enum IgnoreCommand: SlashCommand {
    static let name = "ignore"
    static let argument = Wording("[name]", korean: "[이름]")
    static let help = Wording(
        "hear somebody no more, or again; alone: list them",
        korean: "어떤 사람을 무시하거나 다시 보기, 명령만 쓰면 목록"
    )

    private static let list = Wording("ignored: {names}", korean: "무시하는 사람: {names}")
    private static let nobody = Wording("nobody is ignored", korean: "무시하는 사람이 없습니다")
    private static let ignored = Wording(
        "{name} is ignored; /ignore {name} again hears them",
        korean: "{name} 님을 무시합니다. 무시를 풀려면 /ignore {name}{을/를} 다시 입력하세요"
    )
    private static let heardAgain = Wording("{name} is heard again", korean: "{name} 님을 더는 무시하지 않습니다")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard !argument.isEmpty else {
            let names = conversation.ignored.names.joined(separator: ", ")
            return conversation.notice(names.isEmpty ? self.nobody() : self.list(["names": names]))
        }
        let isIgnored = conversation.ignored.toggle(argument, conversation.rooms.ids(named: argument))
        conversation.notice((isIgnored ? self.ignored : self.heardAgain)(["name": argument]))
    }
}
