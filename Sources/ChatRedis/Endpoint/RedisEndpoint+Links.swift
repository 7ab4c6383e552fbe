internal import ChatCore

// Which of its links has a request.
extension RedisEndpoint {
    /// The link over which a request goes.
    func link(_ way: RedisRequest.Way) -> CommandLink {
        switch way {
        case .commands: self.commands
        case .log, .confirmed: self.logLink
        }
    }

    /// Gives requests back that were not sent, because their slots have moved to another server.
    func withdraw(where isElsewhere: (RedisRequest) -> Bool) {
        self.commands.withdraw(where: isElsewhere)
        if self.logLink !== self.commands { self.logLink.withdraw(where: isElsewhere) }
    }
}
