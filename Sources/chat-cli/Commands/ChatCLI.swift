internal import ArgumentParser

/// Where the program begins.
@main
struct ChatCLI: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "chat-cli",
        abstract: "Talk in the rooms of a chat server, by hand or by script.",
        discussion: """
            Messages go to standard output, notices to standard error. Settings come from flags, from the environment \
            (CHAT_SERVER, CHAT_NAME, CHAT_TOKEN, NO_COLOR and others) and from ~/.config/chat-cli/config.json; \
            `chat-cli config` shows them.

            Exit status: 0 done, 1 only some lines sent or violations found, 64 wrong usage, 65 refused, \
            69 no connection, 70 fault, 73 a file cannot be used, 74 disconnected for good, 75 no answer in time, \
            77 unauthorized, 130 interrupted.
            """,
        version: "chat-cli \(ChatCLI.version)",
        subcommands: [
            Join.self, Send.self, Tail.self, History.self, Members.self, Rooms.self, Verify.self, Bench.self,
            ShowConfiguration.self, Manual.self,
        ]
    )
}
