internal import ChatCore
internal import Logging

// What the log says of single connections, on level debug.
extension RedisEndpoint {
    /// Says in the log what happens to single connections, and which errors of Redis nobody has expected.
    func note(_ event: RedisChannelHandler.Event, of role: RedisChannelHandler.Role, _ number: Int) {
        let connection: Logger.MetadataValue = "\(role)-\(number)"
        switch event {
        case .closed(let reason):
            self.logger.debug(
                "a connection to Redis has ended",
                metadata: ["connection": connection, "reason": "\(reason.reason)"]
            )
        case .replies(let replies):
            for case .error(let text) in replies { self.note(RedisErrorText(text), connection) }
        case .pushes(let pushes):
            for case .error(let text) in pushes { self.note(RedisErrorText(text), connection) }
        case .opened: break
        }
    }

    private func note(_ error: RedisErrorText, _ connection: Logger.MetadataValue) {
        guard error.isUnknown else { return }
        self.counters.unknownErrors += 1
        self.logger.debug(
            "Redis gave an error that has no words here",
            metadata: ["connection": connection, "error": "\(error.redacted)"]
        )
    }
}
