internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Synchronization

/// `chat-cli send`: sends messages, for scripts.
struct Send: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Send a message, or every line of standard input, and wait until it is stored.").text()
        )
    }

    @OptionGroup var server: ConnectionOptions

    @Option(help: .said("How many seconds the server may take for one message."))
    var timeout: Double = 10

    @Flag(help: .said("Send what you do, as /me does."))
    var action = false

    @Flag(help: .said("Send the whole of standard input as one message."))
    var whole = false

    @Argument(help: .said("The room."), completion: RoomArgument.completion, transform: RoomArgument.parse)
    var room: RoomName

    @Argument(help: .said("The text; without it standard input is sent, line by line."))
    var text: [String] = []

    func validate() throws {
        try Seconds.check(self.timeout, "--timeout")
        guard self.text.isEmpty || !self.whole else { throw ValidationError(saying: "--whole goes without a text") }
    }

    func run() async throws {
        let configuration = try await self.server.configuration()
        // An empty line of a file is skipped; an empty text as an argument is a mistake.
        guard self.text.isEmpty || !self.text.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) else {
            throw Fault(Words.of(.textEmpty), .refused)
        }
        let held = Held()
        try await Session.run(configuration) { client in
            try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
                group.addTask { await self.heed(client, held) }
                group.addTask { try await unlessLost(self.room, client) { try await self.send(client, held) } }
                defer { group.cancelAll() }
                while let status = try await group.next() { if let status { return status } }
                return .software
            }
        }
    }

    /// Why a message has to wait, of which people were told.
    private final class Held: Sendable {
        private let status = Mutex<ExitStatus?>(nil)

        func note(_ error: ProtocolError) { self.status.withLock { $0 = ExitStatus(error.code) } }
        func take() -> ExitStatus? { self.status.withLock { $0.take() } }
    }

    /// Takes the client's events, and tells what people should know.
    ///
    /// - Returns: The end of the command when the client has lost its room; nil when nothing more comes.
    private func heed(_ client: ChatClient, _ held: Held) async -> ExitStatus? {
        var troubles = Troubles()
        var rooms = LostRooms([self.room])
        for await event in client.events {
            if case .held(_, let error) = event { held.note(error) }
            if let trouble = troubles.news(event) { Output.notice(trouble) }
            if let status = rooms.end(after: event) { return status }
        }
        return nil
    }

    private func send(_ client: ChatClient, _ held: Held) async throws -> ExitStatus {
        try await self.withTimeout(client, held) { try await client.join(self.room) }
        var report = Report()
        if !self.text.isEmpty {
            try await self.send(self.text.joined(separator: " "), client, held, &report)
            return report.status
        }
        let input = StandardInput()
        var splitter = LineSplitter()
        var collected: [String] = []
        reading: while true {
            switch await input.read() {
            case .bytes(let bytes):
                for line in splitter.feed(bytes) {
                    if self.whole { collected.append(line) } else { try await self.send(line, client, held, &report) }
                }
            case .timeout, .elsewhere: continue
            case .end: break reading
            }
        }
        if let last = splitter.finish() {
            if self.whole { collected.append(last) } else { try await self.send(last, client, held, &report) }
        }
        if self.whole { try await self.send(collected.joined(separator: "\n"), client, held, &report) }
        return report.status
    }

    /// The lines that were sent.
    private struct Report {
        var sent = 0
        var refused = 0
        /// Of the last line that was refused.
        var refusal = ExitStatus.refused

        var status: ExitStatus {
            guard self.refused > 0 else { return .success }
            Output.notice(Phrase.sendReport(["sent": "\(self.sent)", "refused": "\(self.refused)"]))
            return self.sent > 0 ? .partial : self.refusal
        }
    }

    private func send(_ line: String, _ client: ChatClient, _ held: Held, _ report: inout Report) async throws {
        // An empty line is not sent, and is not an error.
        guard !line.allSatisfy(\.isWhitespace) else { return }
        do {
            try await self.withTimeout(client, held) {
                try await client.send(self.room, line, kind: self.action ? .action : .text)
            }
            report.sent += 1
        } catch let error as ClientError where error.code == .refused {
            report.refusal = ExitStatus(error)
            guard !report.refusal.endsSending, await client.isIn(self.room) else { throw error }
            Output.notice(Words.of(error))
            report.refused += 1
        }
    }

    private func withTimeout(
        _ client: ChatClient,
        _ held: Held,
        _ body: @Sendable @escaping () async throws -> some Sendable
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(self.timeout))
                if let status = held.take() { throw status }
                let isConnected = await client.session != nil
                Output.notice(isConnected ? Phrase.noAnswer() : Phrase.noConnection())
                throw isConnected ? ExitStatus.timeout : ExitStatus.unavailable
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
