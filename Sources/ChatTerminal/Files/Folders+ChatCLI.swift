package import ChatSystem

extension Folders {
    /// Those of `chat-cli`.
    package static let chatCLI = Folders(of: "chat-cli")
}
