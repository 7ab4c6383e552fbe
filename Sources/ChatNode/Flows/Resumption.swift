import ChatCore

/// Carries out commands.
protocol CommandExecutor: AnyObject {
    /// Carries out commands that waited for a session or a room, and joins whose turn has come.
    func resume(_ commands: [CommandEnvelope], for client: Client)
}

/// The way back from a flow to the commands that waited for its end.
final class Resumption {
    /// Set once all parts of the shard are there, and lives as long as they do.
    weak var executor: (any CommandExecutor)?

    func resume(_ commands: [CommandEnvelope], for client: Client) { self.executor?.resume(commands, for: client) }
}
