internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

// The admin commands about rooms.
extension Admin {
    /// `chat-cli admin clear`.
    struct Clear: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Remove every message of a room, for good.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var room: AdminRoom
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.run { client throws(ClientError) in
                var json = JSONWriter()
                self.room.write(to: &json)
                self.reason.write(to: &json)
                _ = try await client.order(.clear, json)
                Output.notice(Sentence("{room} is empty now", ["room": self.room.room.rawValue]).text())
                return .success
            }
        }
    }

    /// `chat-cli admin delete`.
    struct Delete: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Delete a message: its text is gone for everybody.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var room: AdminRoom

        @Argument(help: .said("The number of the message, as `history --json` shows it (seq)."))
        var seq: Int

        @OptionGroup var reason: ReasonOptions

        func validate() throws {
            guard (1...CommandID.maximum).contains(self.seq) else {
                throw ValidationError("seq", from: 1, to: CommandID.maximum)
            }
        }

        func run() async throws {
            try await self.admin.run { client throws(ClientError) in
                var json = JSONWriter()
                self.room.write(to: &json)
                json.field("seq", self.seq)
                self.reason.write(to: &json)
                try await client.delete(json)
                Output.notice(Sentence("the message was deleted").text())
                return .success
            }
        }
    }

    /// `chat-cli admin close`.
    struct Close: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Close a room: everybody leaves, and nobody comes in.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var room: AdminRoom
        @OptionGroup var duration: DurationOption
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.put(.close) { json in
                self.room.write(to: &json)
                self.duration.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }

    /// `chat-cli admin open`.
    struct Open: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Open a room that was closed.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var room: AdminRoom
        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            try await self.admin.lift(.open) { json in
                self.room.write(to: &json)
                self.reason.write(to: &json)
            }
        }
    }

    /// `chat-cli admin slow`.
    struct Slow: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Let each user say one thing in some seconds; 0 ends it.").text())
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var room: AdminRoom

        @Argument(help: .said("The seconds, 0 to 3600."))
        var seconds: Int

        @OptionGroup var reason: ReasonOptions

        func validate() throws {
            guard (0...RulingFields.maximumPause).contains(self.seconds) else {
                throw ValidationError("seconds", from: 0, to: RulingFields.maximumPause)
            }
        }

        func run() async throws {
            let write: @Sendable (inout JSONWriter) -> Void = { json in
                self.room.write(to: &json)
                json.field("seconds", self.seconds)
                self.reason.write(to: &json)
            }
            if self.seconds == 0 {
                try await self.admin.lift(.slow, write)
            } else {
                try await self.admin.put(.slow, write)
            }
        }
    }

    /// `chat-cli admin words`.
    struct WordsOfRoom: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "words",
                abstract: Sentence("Set the words that a room does not take; without any, it takes all.").text()
            )
        }

        @OptionGroup var admin: AdminOptions
        @OptionGroup var room: AdminRoom

        @Argument(help: .said("The words, all of them."))
        var words: [String] = []

        @OptionGroup var reason: ReasonOptions

        func run() async throws {
            let write: @Sendable (inout JSONWriter) -> Void = { json in
                self.room.write(to: &json)
                json.array("words", self.words)
                self.reason.write(to: &json)
            }
            if self.words.isEmpty {
                try await self.admin.lift(.words, write)
            } else {
                try await self.admin.put(.words, write)
            }
        }
    }
}

/// The room of a command.
struct AdminRoom: ParsableArguments {
    @Argument(help: .said("The room."), completion: RoomArgument.completion, transform: RoomArgument.parse)
    var room: RoomName

    func write(to json: inout JSONWriter) { json.field("room", self.room.rawValue) }
}
