package import ChatClient
internal import ChatCore
package import ChatSystem
internal import ChatWords
internal import Glibc

/// `join` on a terminal: waits for keys, events, signals and time, and brings them to the ``Conversation``.
package struct TerminalSession: Sendable {
    /// The interval at which a program in the background checks whether it has the terminal: shells give it back to a
    /// running program without a signal.
    private static let checking: Duration = .milliseconds(200)

    private let conversation: Conversation
    private let client: ChatClient
    /// Whether the terminal has a cursor that can be moved.
    private let hasScreen: Bool

    package init(client: ChatClient, directory: RoomListing, options: JoinOptions) {
        self.client = client
        self.hasScreen = options.hasScreen
        self.conversation = Conversation(client: client, directory: directory, options: options)
    }

    /// The end of a session.
    package struct End: Sendable {
        package enum Cause: Sendable {
            case status(ExitStatus)
            case signal(Int32)
        }

        package var cause: Cause
        /// A line to show after the terminal was restored.
        package var notice: String?
    }

    /// Runs until the user leaves, the server ends it, or a signal does.
    package func run() async -> End {
        // Signals are caught before the terminal is changed, so it is restored whichever signal comes.
        let signals = Signals([SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT] + (self.hasScreen ? [SIGTSTP] : []))
        let stream = signals.stream
        defer { withExtendedLifetime(signals) {} }
        await self.conversation.begin()
        let end = await withTaskGroup(of: End?.self) { group in
            group.addTask { await self.runClient() }
            group.addTask { await self.takeEvents() }
            group.addTask { self.hasScreen ? await self.takeKeys() : await self.takeLines() }
            group.addTask { await self.takeSignals(stream) }
            group.addTask { await self.doJobs() }
            group.addTask { await self.watchTime() }
            defer { group.cancelAll() }
            while let end = await group.next() {
                guard let end else { continue }
                await self.client.close()
                return end
            }
            return End(cause: .status(.success))
        }
        await self.conversation.end()
        return end
    }

    private func runClient() async -> End? {
        do throws(ClientError) { try await self.client.run() } catch {
            return End(cause: .status(ExitStatus(error)), notice: Words.of(error))
        }
        return nil
    }

    private func takeEvents() async -> End? {
        for await event in self.client.events { await self.conversation.handle(event) }
        return nil
    }

    private func takeSignals(_ signals: AsyncStream<Int32>) async -> End? {
        for await number in signals {
            switch number {
            case SIGWINCH: await self.conversation.redraw()
            case SIGCONT: _ = await self.conversation.hasTerminal(isContinued: true)
            case SIGTSTP: await self.conversation.suspend()
            default: return End(cause: .signal(number))
            }
        }
        return nil
    }

    private func doJobs() async -> End? {
        await withDiscardingTaskGroup { group in
            for await job in self.conversation.jobs { group.addTask { await job() } }
            group.cancelAll()
        }
        return nil
    }

    private func watchTime() async -> End? {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            await self.conversation.tick()
        }
        return nil
    }
}

// MARK: - What is written

extension TerminalSession {
    private func takeKeys() async -> End? {
        let input = StandardInput(sharesTerminal: true)
        var decoder = KeyDecoder()
        while true {
            guard await self.conversation.hasTerminal() else {
                try? await Task.sleep(for: Self.checking)
                if Task.isCancelled { return nil }
                continue
            }
            let keys: [Key]
            switch await input.read(within: decoder.patience) {
            case .bytes(let bytes): keys = decoder.feed(bytes)
            case .timeout: keys = decoder.flush().map { [$0] } ?? []
            case .elsewhere: continue
            case .end: return Task.isCancelled ? nil : End(cause: .signal(SIGHUP))
            }
            for key in keys where await self.press(key) { return await self.leave() }
            await self.conversation.tellTyping()
        }
    }

    /// - Returns: Whether the user wants to leave.
    private func press(_ key: Key) async -> Bool {
        switch await self.conversation.press(key) {
        case .done: return false
        case .complete:
            let commands = SlashCommands.completions(mayModerate: await self.conversation.mayModerate())
            await self.conversation.complete(commands)
        case .submit(let line): return await self.enter(line)
        case .leave: return true
        }
        return false
    }

    /// Takes lines from a terminal without a screen, which edits and shows them itself.
    private func takeLines() async -> End? {
        let input = StandardInput()
        var splitter = LineSplitter()
        while true {
            switch await input.read() {
            case .bytes(let bytes):
                for line in splitter.feed(bytes) {
                    await self.conversation.keep(line)
                    if await self.enter(line) { return await self.leave() }
                }
            case .timeout, .elsewhere: continue
            case .end:
                if Task.isCancelled { return nil }
                if let line = splitter.finish() { _ = await self.enter(line) }
                return await self.leave()
            }
        }
    }

    /// Carries out a finished line.
    ///
    /// - Returns: Whether the user wants to leave.
    private func enter(_ line: String) async -> Bool {
        switch Input(line) {
        case .nothing: break
        case .say(let text): await self.conversation.say(text)
        case .unknown(let name): await self.conversation.warn(Phrase.noSuchCommand(["command": name]))
        case .command(let command, let argument): await command.run(argument, in: self.conversation)
        }
        return await self.conversation.isLeaving
    }

    private func leave() async -> End {
        let unsent = await self.conversation.sayFarewell()
        guard unsent > 0 else { return End(cause: .status(.success)) }
        return End(cause: .status(.partial), notice: Notices.waiting(unsent))
    }
}
