import ChatSettings

/// What of the settings changes while the server runs.
extension Setting {
    /// The settings that a reload takes; all others need a restart.
    static let reloaded: Set<Setting> = Set([logLevel, origins, hosts, unlimited] + tls + limits)
        // What the log keeps is known to the broker, the lease to other nodes, and the size of a list to the members.
        .subtracting([members, logMessages, logSeconds, dedupSeconds, sessionDays, leaseSeconds])

    /// The settings that name a file whose contents are taken again when they change.
    static let files = tls

    /// The value that holds, for people.
    func shown(_ settings: Settings) -> String {
        let value = settings.string(self) ?? self.fallback
        return value.isEmpty ? "none" : value
    }
}
