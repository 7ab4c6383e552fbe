import ChatCore

/// What all parts of a shard go by, and what changes while it runs: settings that are reloaded.
final class LoopState {
    /// The settings of now.
    private(set) var settings: ReloadableConfiguration

    init(_ settings: ReloadableConfiguration) { self.settings = settings }

    var limits: Limits { self.settings.limits }

    /// Takes settings that were reloaded.
    ///
    /// What a connection was promised when it came (how large its messages and its queue may be, how many commands it may
    /// send, when it is pinged) stays as it was.
    func take(_ settings: ReloadableConfiguration) { self.settings = settings }
}
