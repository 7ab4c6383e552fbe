internal import ChatWords

/// All slash commands, in the order in which the help lists them.
enum SlashCommands {
    static let all: [any SlashCommand.Type] = [
        MeCommand.self,
        ReplyCommand.self,
        NickCommand.self,
        WhoCommand.self,
        RoomsCommand.self,
        HistoryCommand.self,
        UnreadCommand.self,
        SearchCommand.self,
        JoinCommand.self,
        SwitchCommand.self,
        LeaveCommand.self,
        IgnoreCommand.self,
        TimestampsCommand.self,
        NoticesCommand.self,
        ClearCommand.self,
        HelpCommand.self,
        QuitCommand.self,
    ]

    /// The data for completion with Tab.
    static var completions: [Completion.Command] {
        self.all.map { Completion.Command(name: $0.name, takesRoom: $0.takesRoom) }
    }
}
