internal import ChatClient
internal import ChatCore
internal import ChatWords

/// `/nick`: takes another name.
enum NickCommand: SlashCommand {
    static let name = "nick"
    static let argument = Wording("<name>", korean: "<이름>")
    static let help = Wording("take another name", korean: "이름 바꾸기")

    private static let renamed = Wording("you are {name} now", korean: "이제 이름이 {name}입니다")

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        do throws(ProtocolError) {
            let name = try UserName(argument)
            conversation.ask { client, _ throws(ClientError) in
                self.renamed(["name": try await client.rename(name).name.rawValue])
            }
        } catch {
            conversation.warn(Words.of(error))
        }
    }
}
