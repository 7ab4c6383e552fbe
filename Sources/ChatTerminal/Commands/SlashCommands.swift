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
        KickCommand.self,
        MuteCommand.self,
        UnmuteCommand.self,
        BanCommand.self,
        UnbanCommand.self,
        DeleteCommand.self,
        PurgeCommand.self,
        CloseCommand.self,
        OpenCommand.self,
        SlowCommand.self,
        TimestampsCommand.self,
        NoticesCommand.self,
        ClearCommand.self,
        HelpCommand.self,
        QuitCommand.self,
    ]

    /// Those that somebody can use.
    ///
    /// - Parameter mayModerate: Whether they may moderate the room.
    /// - Returns: The commands, in the order of the help.
    static func visible(mayModerate: Bool) -> [any SlashCommand.Type] {
        self.all.filter { mayModerate || !$0.isForModerators }
    }

    /// The data for completion with Tab, of those that somebody can use.
    static func completions(mayModerate: Bool) -> [Completion.Command] {
        self.visible(mayModerate: mayModerate).map { Completion.Command(name: $0.name, takesRoom: $0.takesRoom) }
    }
}
