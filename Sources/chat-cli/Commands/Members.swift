internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// `chat-cli members`: lists the members of a room.
struct Members: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(abstract: Sentence("Print who is in a room, one name on a line.").text())
    }

    @OptionGroup var server: ConnectionOptions

    @Option(help: .said("How many seconds the server may take."))
    var timeout: Double = 10

    @Argument(help: .said("The room."), completion: RoomArgument.completion, transform: RoomArgument.parse)
    var room: RoomName

    func validate() throws { try Seconds.check(self.timeout, "--timeout") }

    func run() async throws {
        try await Session.run(try await self.server.configuration(), timeout: .seconds(self.timeout)) { client in
            var cursor: String?
            repeat {
                let page = try await client.members(self.room, cursor: cursor)
                let lines = page.members.map { $0.name.rawValue.sanitizedLine + "\n" }
                guard Output.write(lines.joined()) else { break }
                cursor = page.cursor
            } while cursor != nil
            return .success
        }
    }
}
