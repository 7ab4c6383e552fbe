internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// `chat-cli history`: prints past messages.
struct History: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(abstract: Sentence("Print messages of a room's past.").text())
    }

    @OptionGroup var server: ConnectionOptions

    @Option(help: .said("How many messages."))
    var limit: Int = 50

    @Option(help: .said("Only messages before this number."))
    var before: Int?

    @OptionGroup var output: OutputOptions

    @Option(help: .said("How many seconds the server may take."))
    var timeout: Double = 10

    @Argument(help: .said("The room."), completion: RoomArgument.completion, transform: RoomArgument.parse)
    var room: RoomName

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit", above: 0) }
        try Seconds.check(self.timeout, "--timeout")
    }

    func run() async throws {
        let settings = try await self.server.settings()
        let printer = try self.output.printer(settings, showsTime: true, showsRoom: false)
        let configuration = try settings.clientConfiguration()
        try await Session.run(configuration, timeout: .seconds(self.timeout)) { client in
            for message in try await self.messages(client) {
                guard await printer.print(message) else { break }
            }
            return .success
        }
    }

    /// Reads page after page, from the newest back.
    private func messages(_ client: ChatClient) async throws -> [Message] {
        var messages: [Message] = []
        var before = self.before
        let progress = Progress()
        defer { progress.clear() }
        while messages.count < self.limit {
            let page = try await client.history(self.room, before: before, limit: self.limit - messages.count)
            messages = page.messages + messages
            progress.show(Phrase.progressHistory(["count": "\(messages.count)", "limit": "\(self.limit)"]))
            guard page.hasOlder, let first = page.messages.first?.position else { break }
            before = first.seq
        }
        return messages
    }
}
