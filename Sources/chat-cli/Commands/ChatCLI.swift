internal import ArgumentParser
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Glibc

/// The start of the program.
@main
struct ChatCLI: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "chat-cli",
            abstract: Sentence("Talk in the rooms of a chat server, by hand or by script.").text(),
            discussion: Sentence(
                """
                Messages go to standard output, notices to standard error. Settings come from flags, from the environment \
                (CHAT_SERVER, CHAT_NAME, CHAT_TOKEN, NO_COLOR and others) and from ~/.config/chat-cli/config.json; \
                `chat-cli config` shows them.

                Exit status: 0 done, 1 only some lines sent or violations found, 64 wrong usage, 65 refused, \
                69 no connection, 70 fault, 73 a file cannot be used, 74 disconnected for good or output that cannot be \
                written, 75 no answer in time, 77 not allowed, 80 to 82 a token is missing, refused or expired, 83 muted, \
                84 removed, 85 banned, 86 the room is closed, 87 a word is not allowed, 88 too fast, 130 interrupted.
                """
            ).text(),
            version: "chat-cli \(Release.version)",
            subcommands: [
                Join.self, Send.self, Tail.self, History.self, Members.self, Rooms.self, Admin.self, Verify.self,
                Bench.self, ShowConfiguration.self, Token.self, Manual.self,
            ]
        )
    }

    /// Carries out the command line, and ends the program.
    static func main() async {
        ProcessSetup.prepareStandardDescriptors(.failure)
        Language.current = .chosen(by: CommandLine.arguments)
        var status = await Self.run()
        if let error = Output.failure {
            Output.notice(Phrase.outputFailed(["reason": Words.of(errno: error)]))
            status = ExitStatus.output.rawValue
        }
        Glibc.exit(status)
    }

    private static func run() async -> Int32 {
        do {
            var command = try await self.asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
            return ExitStatus.success.rawValue
        } catch let fault as Fault {
            Output.notice(fault.message)
            return fault.status.rawValue
        } catch {
            let status = self.exitCode(for: error)
            let text = Words.ofUsage(self.fullMessage(for: error, columns: Words.usageColumns()))
            // The answer to --help or --version is data; an error message is not.
            if !text.isEmpty { Output.write(text + "\n", to: status.isSuccess ? STDOUT_FILENO : STDERR_FILENO) }
            return status.rawValue
        }
    }
}
