internal import ArgumentParser
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// `chat-cli manual`: the manual page, made from the commands' help; `make install` writes it.
struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the manual page.",
        shouldDisplay: false
    )

    func run() throws {
        // The page is installed for everybody, whatever the language of the installing user.
        Language.current = .english
        Output.write(try ManualPage(dump: ChatCLI._dumpHelp(), version: Release.version).text)
    }
}
