import ChatCore

/// Carries out commands.
protocol CommandExecutor: AnyObject {
    /// Carries out commands that waited for a session or a room, and joins whose turn has come.
    func release(_ commands: [CommandEnvelope], for client: Client)
}

/// The way back from the end of a flow to the commands that waited for it.
final class HeldCommandsReturn {
    /// Set once all parts of the shard are there, and lives as long as they do.
    weak var executor: (any CommandExecutor)?

    func release(_ commands: [CommandEnvelope], for client: Client) { self.executor?.release(commands, for: client) }
}
