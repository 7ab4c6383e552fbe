internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSettings
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Glibc

/// `chat-cli join`: talk.
struct Join: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence("Talk in rooms: on a terminal with an input line, otherwise lines in and messages out.")
                .text(),
            discussion: Sentence(
                """
                On a terminal messages appear above the line that you write; /help lists what can be done there, Ctrl-D on an \
                empty line leaves. When standard input or output is no terminal, each line of input is sent to the first \
                room, each message is printed, and the program ends with the input, once everything sent is stored.
                """
            ).text()
        )
    }

    @OptionGroup var server: ConnectionOptions

    @Option(help: .said("How many messages of the past come first."))
    var history: Int = 20

    @OptionGroup var color: ColorOption

    @Option(.outbox) var outbox: String?

    @Flag(name: .customLong("no-outbox"), help: .said("Forget lines that are not sent when the program ends."))
    var withoutOutbox = false

    @Flag(.timestamps) var timestamps: Bool?
    @Flag(.notices) var notices: Bool?
    @Flag(.typing) var typing: Bool?
    @Flag(.bell) var bell: Bool?
    @Flag(.status) var status: Bool?
    @Flag(.inputHistory) var inputHistory: Bool?

    @Argument(help: .said("The rooms."), completion: RoomArgument.completion, transform: RoomArgument.parse)
    var rooms: [RoomName]

    func validate() throws {
        guard self.history >= 0 else { throw ValidationError(saying: "--history is not below 0") }
        guard !self.rooms.isEmpty else { throw ValidationError(saying: "which room?") }
        guard self.outbox == nil || !self.withoutOutbox else {
            throw ValidationError("--outbox", without: "--no-outbox")
        }
    }

    func run() async throws {
        let settings = try await self.server.settings([
            .timestamps: self.timestamps?.description, .notices: self.notices?.description,
            .typing: self.typing?.description, .bell: self.bell?.description, .status: self.status?.description,
            .inputHistory: self.inputHistory?.description, .outbox: self.withoutOutbox ? "none" : self.outbox,
        ])
        var configuration = try settings.clientConfiguration()
        let palette = self.color.palette(settings)
        guard Terminal.kind != .none else { return try await self.runPlain(configuration, settings, palette) }
        var options = try self.options(settings, palette)
        options.readMarks = self.readMarks(configuration.server)
        configuration.outbox = try self.openOutbox(settings, configuration.server, &options)
        let session: TerminalSession
        do throws(ClientError) {
            session = TerminalSession(
                client: try ChatClient(configuration),
                directory: try RoomListing(configuration),
                options: options
            )
        } catch {
            throw Fault(Words.of(error))
        }
        let end = await session.run()
        if let notice = end.notice { Output.notice(notice) }
        switch end.cause {
        case .status(.success): return
        case .status(let status): throw status.exitCode
        // The shell's exit status for a program that a signal ended.
        case .signal(let number): throw ExitCode(128 + number)
        }
    }

    private func options(_ settings: ClientSettings, _ palette: Palette) throws -> JoinOptions {
        var options = JoinOptions(rooms: self.rooms, history: self.history, palette: palette)
        options.hasScreen = Terminal.kind == .screen
        options.showsTimestamps = try settings.bool(.timestamps)
        options.showsNotices = try settings.bool(.notices)
        options.sendsTyping = try settings.bool(.typing)
        options.rings = try settings.bool(.bell)
        options.showsStatus = try settings.bool(.status)
        guard try settings.bool(.inputHistory) else { return options }
        do throws(FileError) {
            try AtomicFile.makeFolder(Folders.chatCLI.state)
            options.inputHistory = InputHistoryFile(path: Folders.chatCLI.state + "/history")
        } catch {
            options.warnings.append(Words.of(error))
        }
        return options
    }

    /// The file with the read positions of rooms.
    ///
    /// The user was already told about a folder that cannot be used.
    private func readMarks(_ server: ServerAddress) -> ReadMarkFile? {
        let folder = ReadMarkFile.folder
        guard (try? AtomicFile.makeFolder(folder)) != nil else { return nil }
        return ReadMarkFile(path: folder + "/" + Self.fileName(server))
    }

    /// Without a terminal there is nobody to tell about kept messages: an outbox is used only if it was named.
    private func runPlain(
        _ configuration: ChatClient.Configuration,
        _ settings: ClientSettings,
        _ palette: Palette
    ) async throws {
        var configuration = configuration
        var options = JoinOptions(rooms: self.rooms, history: self.history, palette: palette)
        if self.outbox != nil {
            configuration.outbox = try self.openOutbox(settings, configuration.server, &options)
            for warning in options.warnings { Output.notice(warning) }
        }
        let plain = PlainJoin(rooms: self.rooms, history: self.history, palette: palette, kept: options.kept)
        try await Session.run(configuration) { client in try await plain.run(client) }
    }
}

// MARK: - The outbox

extension Join {
    /// Opens the outbox of a server: a named one must work, the default one need not.
    private func openOutbox(
        _ settings: ClientSettings,
        _ server: ServerAddress,
        _ options: inout JoinOptions
    ) throws -> OutboxFile? {
        let found = settings[.outbox]
        if let found, ["none", "false", "no", "off"].contains(found.value) { return nil }
        let folder = found?.value ?? Setting.outbox.fallback
        let failure: ClientError
        do throws(FileError) { try AtomicFile.makeFolder(folder) } catch {
            guard found == nil else { throw Fault(error) }
            options.warnings.append(Phrase.outboxLost(["reason": Words.of(error)]))
            return nil
        }
        do throws(ClientError) {
            let outbox = try OutboxFile(path: folder + "/" + Self.fileName(server))
            options.kept = outbox.contents
            let damaged = outbox.contents.damaged
            if damaged > 0 { options.warnings.append(Phrase.outboxDamaged(["count": "\(damaged)"])) }
            return outbox
        } catch {
            failure = error
        }
        guard found == nil else { throw Fault(Words.of(failure), .storage) }
        let isLocked = failure.code == .locked
        options.warnings.append(isLocked ? Phrase.outboxLocked() : Phrase.outboxLost(["reason": Words.of(failure)]))
        return nil
    }

    /// The file of a server: each server has its own session for the user.
    static func fileName(_ server: ServerAddress) -> String {
        String(server.description.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "_" })
    }
}
