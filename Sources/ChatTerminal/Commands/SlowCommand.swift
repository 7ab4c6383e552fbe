internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/slow`: sets the slow mode of the room.
enum SlowCommand: ModeratorCommand {
    static let name = "slow"
    static let argument = Wording("<10s|off>", korean: "<10s|off>")
    static let help = Wording("let each member say one thing in some seconds", korean: "한 사람이 정한 시간마다 한 번만 말하게 하기")
    static let done = Wording("{room}: the pace was set", korean: "{room}: 메시지를 보내는 간격을 정했습니다")

    private static let usage = Wording(
        "/slow is followed by a span of time, such as 10s, or by off",
        korean: "/slow 뒤에는 10s 같은 시간이나 off를 씁니다"
    )

    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder? {
        guard let seconds = argument == "off" ? 0 : TimeSpan.milliseconds(argument).map({ $0 / 1000 }) else {
            conversation.warn(self.usage())
            return nil
        }
        return ModeratorOrder { client, room throws(ClientError) in try await client.slow(room, seconds: seconds) }
    }
}
