internal import ArgumentParser
internal import ChatCore
internal import ChatTerminal
internal import ChatWords

// The admin commands about names.
extension Admin {
    /// `chat-cli admin reserve`.
    struct Reserve: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: Sentence("Keep a name, and all that look like it, for one user.").text(),
                discussion: Sentence("Whoever else has it becomes a guest, and cannot take it again.").text()
            )
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var name: AdminName

        @Argument(help: .said("The id of the user."))
        var user: String?

        @Option(help: .said("The sub of a token, in place of a user's id."))
        var subject: String?

        @Option(help: .said("The issuer of that token, if it has one."))
        var issuer: String?

        @OptionGroup var duration: DurationOption
        @OptionGroup var reason: ReasonOptions

        func validate() throws {
            guard (self.user == nil) != (self.subject == nil) else {
                throw ValidationError(saying: "for whom? Give a user's id, or --subject")
            }
        }

        func run() async throws {
            try await self.admin.put(.reserve) { json in
                self.name.write(to: &json)
                if let user { json.field("user", user) }
                if let subject { json.field("subject", subject) }
                if let issuer { json.field("issuer", issuer) }
                self.duration.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }

    /// `chat-cli admin unreserve`.
    struct Unreserve: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let anybody take a name again that was reserved.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var name: AdminName
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.lift(.unreserve) { json in
                self.name.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }
}

/// The name of a command.
struct AdminName: ParsableArguments {
    @Argument(help: .said("The name."))
    var name: String

    func write(to json: inout JSONWriter) { json.field("name", self.name) }
}
