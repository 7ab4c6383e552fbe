internal import ChatSettings
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// The settings of `chat-cli`; their help is a ``Sentence``.
extension Setting {
    static let server = Setting(
        "server",
        default: "ws://127.0.0.1:8080/ws",
        help: "The server's address, or its name in the configuration file. (default: {default})"
    )
    static let name = Setting(
        "name",
        default: "(the server gives one)",
        help: "The name to be known by. (default: one that the server gives)"
    )
    static let tokenFile = Setting(
        "token-file",
        default: "(none)",
        help: "A file with a token, for servers that demand one."
    )
    static let tokenCommand = Setting("token-command", default: "(none)", help: "A command that prints a token.")
    static let caFile = Setting(
        "ca-file",
        default: "(the system's)",
        help: "A PEM file of certificate authorities to trust in place of the system's."
    )
    static let language = Setting(
        "language",
        .words(Language.allCases.map(\.rawValue)),
        default: Language.preferred { Environment[$0] }.rawValue,
        help: "The language of messages: en or ko. (default: as the locale says)"
    )
    static let color = Setting(
        "color",
        .words(ColorChoice.allCases.map(\.rawValue)),
        default: ColorChoice.auto.rawValue,
        help: "Whether to use colours: auto, always, never."
    )
    static let timestamps = Setting("timestamps", .truth, default: "true", help: "Show the time of each message.")
    static let notices = Setting("notices", .truth, default: "true", help: "Tell who joins and leaves.")
    static let typing = Setting("typing", .truth, default: "true", help: "Let others see that you type.")
    static let bell = Setting("bell", .truth, default: "true", help: "Ring when somebody names you.")
    static let status = Setting("status", .truth, default: "true", help: "Show the status line.")
    static let inputHistory = Setting(
        "input-history",
        .truth,
        default: "true",
        help: "Remember the lines that you write for the next session."
    )
    static let outbox = Setting(
        "outbox",
        .folder,
        default: Folders.chatCLI.state + "/outbox",
        help: "Where lines that are not sent yet outlive the program. (default on a terminal: its state folder)"
    )

    /// All of them, in the order in which `chat-cli config` shows them.
    static let all = [
        server, name, language, color, timestamps, notices, typing, bell, status, outbox, tokenFile, tokenCommand,
        caFile,
        inputHistory,
    ]

    /// The address of a server that the file names.
    static let url = Setting("url", help: "")

    /// The settings that a server in the file may have.
    static let ofServer = [name, tokenFile, tokenCommand, caFile]
}
