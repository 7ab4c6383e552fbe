internal import ArgumentParser
internal import ChatClient
internal import ChatCore

/// `chat-cli join`: talk.
struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk in rooms: on a terminal with an input line, otherwise lines in and messages out.",
        discussion: """
            On a terminal messages appear above the line that you write; /help lists what can be done there, Ctrl-D on an \
            empty line leaves. When standard input or output is no terminal, each line of input is sent to the first \
            room, each message is printed, and the program ends with the input, once everything sent is stored.
            """
    )

    @OptionGroup var server: ServerOptions

    @Option(help: "How many messages of the past come first.")
    var history: Int = 20

    @Option(help: "Whether to use colours: auto, always, never.")
    var color: ColorChoice = .auto

    @Argument(help: "The rooms.", transform: RoomArgument.parse)
    var rooms: [RoomName]

    func validate() throws {
        guard self.history >= 0 else { throw ValidationError("--history is not below 0") }
        guard !self.rooms.isEmpty else { throw ValidationError("which room?") }
    }

    func run() async throws {
        let configuration = try self.server.configuration()
        guard Terminal.isInteractive else { return try await self.runPlain(configuration) }
        Output.ignoreBrokenPipes()
        let session: JoinSession
        do {
            session = JoinSession(
                client: try ChatClient(configuration),
                rooms: self.rooms,
                history: self.history,
                palette: self.color.palette
            )
        } catch {
            throw ValidationError(error.message)
        }
        Terminal.makeRaw()
        let end = await session.run()
        Terminal.restore()
        if let notice = end.notice { Output.notice(notice) }
        switch end.cause {
        case .status(.success): return
        case .status(let status): throw status.exitCode
        // As a shell says it of a program that a signal ended.
        case .signal(let number): throw ExitCode(128 + number)
        }
    }

    private func runPlain(_ configuration: ChatClient.Configuration) async throws {
        let plain = PlainJoin(rooms: self.rooms, history: self.history, palette: self.color.palette)
        try await Session.run(configuration) { client in try await plain.run(client) }
    }
}
