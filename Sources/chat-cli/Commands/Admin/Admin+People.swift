internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

// The admin commands about people.
extension Admin {
    /// `chat-cli admin ban`.
    struct Ban: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Keep somebody out of a room, or off the server.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var target: TargetOptions
        @OptionGroup var duration: DurationOption
        @OptionGroup var reason: ReasonOptions

        @Flag(help: .said("Do not ban the addresses from which the user is connected."))
        var noAddress = false

        func run() async throws {
            try await self.admin.put(.ban) { json in
                self.target.write(to: &json)
                self.duration.write(to: &json)
                self.reason.write(to: &json)
                json.field("with_address", !self.noAddress)
            }
        }
    }

    /// `chat-cli admin unban`.
    struct Unban: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let somebody in again who was banned.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var target: TargetOptions
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.lift(.unban) { json in
                self.target.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }

    /// `chat-cli admin mute`.
    struct Mute: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let somebody say nothing, in a room or anywhere.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var target: TargetOptions
        @OptionGroup var duration: DurationOption
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.put(.mute) { json in
                self.target.write(to: &json)
                self.duration.write(to: &json)
                self.reason.write(to: &json)
                json.field("with_address", false)
            }
        }
    }

    /// `chat-cli admin unmute`.
    struct Unmute: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let somebody speak again who was muted.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var target: TargetOptions
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.lift(.unmute) { json in
                self.target.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }

    /// `chat-cli admin kick`.
    struct Kick: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Remove somebody from a room, who may come back.").text())
        }

        @OptionGroup var admin: AdminOptions

        @Argument(help: .said("The id of a user."))
        var user: String

        @Argument(help: .said("The room."), completion: RoomArgument.completion, transform: RoomArgument.parse)
        var room: RoomName

        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.put(.kick) { json in
                json.field("user", self.user)
                json.field("room", self.room.rawValue)
                self.reason.write(to: &json)
            }
        }
    }

    /// `chat-cli admin revoke`.
    struct Revoke: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let tokens be valid no more.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var tokens: TokenOptions
        @OptionGroup var reason: ReasonOptions

        @Flag(help: .said("All tokens that were issued until now."))
        var all = false

        func validate() throws { try self.tokens.check(isAll: self.all) }

        func run() async throws {
            try await self.admin.put(.revoke) { json in
                self.tokens.write(to: &json)
                self.reason.write(to: &json)
                if self.all { json.field("before", WallClock.now()) }
            }
        }
    }

    /// `chat-cli admin unrevoke`.
    struct Unrevoke: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let tokens be valid again that were revoked.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var tokens: TokenOptions
        @OptionGroup var reason: ReasonOptions

        @Flag(help: .said("All tokens, of whom and of when they are."))
        var all = false

        func validate() throws { try self.tokens.check(isAll: self.all) }

        func run() async throws {
            try await self.admin.lift(.unrevoke) { json in
                self.tokens.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }

    /// The tokens that are meant.
    struct TokenOptions: ParsableArguments {
        @Option(help: .said("The jti of one token."))
        var token: String?

        @Option(help: .said("The id of a user whose tokens are meant."))
        var user: String?

        @Option(help: .said("The sub of a token, in place of a user's id."))
        var subject: String?

        @Option(help: .said("The issuer of that token, if it has one."))
        var issuer: String?

        func check(isAll: Bool) throws {
            let given = [self.token, self.user, self.subject].compactMap(\.self).count + (isAll ? 1 : 0)
            guard given == 1 else {
                throw ValidationError(saying: "which tokens? Give --token, --user, --subject or --all")
            }
        }

        func write(to json: inout JSONWriter) {
            if let token { json.field("token", token) }
            if let user { json.field("user", user) }
            if let subject { json.field("subject", subject) }
            if let issuer { json.field("issuer", issuer) }
        }
    }
}

extension AdminOptions {
    /// Lets something hold, and says what holds now.
    func put(_ verb: Order.Verb, _ body: @escaping @Sendable (inout JSONWriter) -> Void) async throws {
        try await self.run { client throws(ClientError) in
            var json = JSONWriter()
            body(&json)
            if let ruling = try await client.order(verb, json) { Output.notice(RulingText.of(ruling)) }
            return .success
        }
    }

    /// Lets something hold no more, and says so when it did not hold.
    func lift(_ verb: Order.Verb, _ body: @escaping @Sendable (inout JSONWriter) -> Void) async throws {
        try await self.run { client throws(ClientError) in
            var json = JSONWriter()
            body(&json)
            guard let ruling = try await client.order(verb, json) else {
                Output.notice(Sentence("nothing of this kind holds").text())
                return .partial
            }
            Output.notice(Sentence("lifted: {ruling}", ["ruling": RulingText.of(ruling)]).text())
            return .success
        }
    }
}
