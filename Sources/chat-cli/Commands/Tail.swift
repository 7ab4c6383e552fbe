internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import Glibc

/// `chat-cli tail`: what is said, for as long as anybody reads it.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the messages of rooms as they come; reconnect for ever and miss nothing."
    )

    @OptionGroup var server: ServerOptions

    @Option(help: "How many messages of the past come first.")
    var history: Int = 0

    @Option(help: "End after so many messages.")
    var count: Int?

    @Option(help: "End after so many seconds, with status 75 unless --count was reached.")
    var timeout: Double?

    @Flag(help: "Print each message as one line of JSON, as the server sent it.")
    var json = false

    @Option(help: "Whether to use colours: auto, always, never.")
    var color: ColorChoice = .auto

    @Argument(help: "The rooms.", transform: RoomArgument.parse)
    var rooms: [RoomName]

    func validate() throws {
        guard self.history >= 0 else { throw ValidationError("--history is not below 0") }
        guard self.count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count is above 0") }
        guard !self.rooms.isEmpty else { throw ValidationError("which room?") }
    }

    func run() async throws {
        let configuration = try self.server.configuration()
        try await Session.run(configuration, timeout: self.timeout.map { .seconds($0) }) { client in
            try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
                for room in self.rooms {
                    group.addTask {
                        try await client.join(room, from: self.history > 0 ? .last(self.history) : .live)
                        return nil
                    }
                }
                group.addTask { await self.print(client) }
                group.addTask { await Output.isAbandoned() ? .success : nil }
                defer { group.cancelAll() }
                while let status = try await group.next() { if let status { return status } }
                return .success
            }
        }
    }

    private func print(_ client: ChatClient) async -> ExitStatus {
        let printer = MessagePrinter(
            isJSON: self.json,
            formatter: MessageFormatter(
                palette: self.color.palette,
                showsTime: false,
                showsRoom: self.rooms.count > 1
            )
        )
        var left = self.count
        for await event in client.events {
            if let trouble = Notices.trouble(event) { Output.notice(trouble) }
            guard case .received(.message(let message)) = event else { continue }
            guard printer.print(message) else { break }
            left = left.map { $0 - 1 }
            if left == 0 { break }
        }
        return .success
    }
}

/// Messages as data on standard output.
struct MessagePrinter: Sendable {
    var isJSON: Bool
    var formatter: MessageFormatter

    /// Prints a message; false when nobody reads it any more.
    func print(_ message: Message) -> Bool {
        let lines = self.isJSON ? [self.json(message)] : self.formatter.lines(message)
        return Output.write(lines.map { $0 + "\n" }.joined())
    }

    /// As the server sent it, to programs; without what steers a terminal, to one.
    private func json(_ message: Message) -> String {
        let json = Event.message(message).json
        return isatty(STDOUT_FILENO) == 1 ? json.sanitizedLine : json
    }
}
