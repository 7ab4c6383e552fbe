internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// What can be set by a flag, the environment or the configuration file, under one name.
enum Setting: String, CaseIterable, Sendable {
    case server, name, language, color, timestamps, notices, typing, bell, status, outbox
    case tokenFile = "token-file"
    case tokenCommand = "token-command"
    case caFile = "ca-file"
    case inputHistory = "input-history"

    /// The variable of the environment.
    var variable: String { "CHAT_" + self.rawValue.uppercased().replacing("-", with: "_") }

    /// What a value of it is.
    enum Kind: Equatable, Sendable {
        case text, truth
        /// The path of a folder, or a word for none.
        case folder
    }

    var kind: Kind {
        switch self {
        case .server, .name, .language, .color, .tokenFile, .tokenCommand, .caFile: .text
        case .timestamps, .notices, .typing, .bell, .status, .inputHistory: .truth
        case .outbox: .folder
        }
    }

    /// The only values that it may have; nil: any.
    var values: [String]? {
        switch self {
        case .language: Language.allCases.map(\.rawValue)
        case .color: ColorChoice.allCases.map(\.rawValue)
        case .server, .name, .tokenFile, .tokenCommand, .caFile, .timestamps, .notices, .typing, .bell, .status,
            .outbox,
            .inputHistory:
            nil
        }
    }

    /// Whether a named server of the file may have its own.
    var isOfServer: Bool {
        switch self {
        case .name, .tokenFile, .tokenCommand, .caFile: true
        case .server, .language, .color, .timestamps, .notices, .typing, .bell, .status, .outbox, .inputHistory: false
        }
    }

    /// What holds when nobody says anything, for people.
    var fallback: String {
        switch self {
        case .server: "ws://127.0.0.1:8080/ws"
        case .name: "(the server gives one)"
        case .language: Language.preferred { Environment[$0] }.rawValue
        case .color: "auto"
        case .timestamps, .notices, .typing, .bell, .status, .inputHistory: "true"
        case .outbox: Folders.chatCLI.state + "/outbox"
        case .tokenFile, .tokenCommand: "(none)"
        case .caFile: "(the system's)"
        }
    }
}
