internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Glibc

/// `chat-cli rooms`: lists the rooms of a server.
struct Rooms: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: Sentence(
                "Print the rooms of the server: name, members, time of the last message, with tabs between."
            ).text(),
            discussion: Sentence("The server's index of rooms may be some seconds behind.").text()
        )
    }

    @OptionGroup var server: ConnectionOptions

    @Flag(help: .said("Print each room as one line of JSON."))
    var json = false

    @Option(help: .said("How many seconds the server may take."))
    var timeout: Double = 10

    func validate() throws {
        try Seconds.check(self.timeout, "--timeout")
    }

    func run() async throws {
        let configuration = try await self.server.configuration()
        let status = await withTaskGroup(of: ExitStatus.self) { group in
            group.addTask { await self.print(configuration) }
            group.addTask {
                try? await Task.sleep(for: .seconds(self.timeout))
                return .timeout
            }
            defer { group.cancelAll() }
            let status = await group.next() ?? .success
            if status == .timeout { Output.notice(Phrase.noAnswer()) }
            return status
        }
        if status != .success { throw status.exitCode }
    }

    private func print(_ configuration: ChatClient.Configuration) async -> ExitStatus {
        do throws(ClientError) {
            let directory = try RoomListing(configuration)
            var cursor: RoomName?
            repeat {
                let page = try await directory.page(from: cursor)
                guard Output.write(page.rooms.map(self.line).joined()) else { break }
                cursor = page.cursor
            } while cursor != nil
            return .success
        } catch {
            if !Task.isCancelled { Output.notice(Words.of(error)) }
            return error.code == .disconnected && error.refusal == nil ? .unavailable : ExitStatus(error)
        }
    }

    private func line(_ room: RoomListing.Room) -> String {
        guard !self.json else { return isatty(STDOUT_FILENO) == 1 ? room.json.sanitizedLine + "\n" : room.json + "\n" }
        let time = room.lastTime.map { LocalTime(milliseconds: $0).timestamp } ?? "-"
        return "\(room.name.rawValue.sanitizedLine)\t\(room.memberCount)\t\(time)\n"
    }
}
