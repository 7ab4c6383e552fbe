import ChatSettings

/// The places that settings come from: they are read at the start, and again whenever they may have changed.
struct SettingsSource: Sendable {
    /// The values of the command line, by key.
    let flags: [String: String]
    let environment: [String: String]
    /// The path of a JSON file; nil when there is none.
    let file: String?

    /// Reads all of them.
    ///
    /// - Throws: ``SettingError`` when the file cannot be read, or has an unknown setting.
    func read() async throws(SettingError) -> Settings {
        try await Settings.ofServer(flags: self.flags, environment: self.environment, file: self.file)
    }

    /// The files that settings are in, and those that they name.
    func files(_ settings: Settings) -> [String] {
        (self.file.map { [$0] } ?? []) + Setting.files.compactMap { settings.string($0) }
    }
}
