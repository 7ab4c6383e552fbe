import ChatNode
import ChatSettings
import Foundation

/// What differs between the settings of a running node and those that were just read, for people.
struct SettingsChange: Equatable {
    /// What a reload has taken.
    private(set) var taken: [String] = []
    /// The settings that hold only after a restart.
    private(set) var left: [String] = []

    /// Compares settings.
    ///
    /// - Parameters:
    ///   - old: The settings in force, and what was read from their files.
    ///   - new: The settings that were just read.
    ///   - start: The settings of the start, which hold where a restart is needed.
    init(from old: ReadSettings, to new: ReadSettings, start: ReadSettings) {
        for setting in Setting.all {
            let (before, after) = (setting.shown(old.settings), setting.shown(new.settings))
            guard before != after else { continue }
            if Setting.reloaded.contains(setting), !(Setting.tls.contains(setting) && new.hasTLS != start.hasTLS) {
                self.taken.append("\(setting.flag): \(before) → \(after)")
            } else if after != setting.shown(start.settings) {
                // Its value may be a secret.
                self.left.append(setting.flag)
            }
        }
        if start.hasTLS, let tls = new.configuration.node.tls, tls != old.configuration.node.tls {
            self.taken.append("the certificate, until \(tls.expiry.ISO8601Format())")
        }
    }
}

/// Settings, and what they say.
struct ReadSettings: Sendable {
    let settings: Settings
    var configuration: ServerConfiguration

    /// Whether connections are encrypted; that does not change while the node runs.
    fileprivate var hasTLS: Bool { self.configuration.node.tls != nil }

    /// Reads what settings say, and the files that they name.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) async throws(SettingError) {
        self.settings = settings
        self.configuration = try ServerConfiguration(settings)
        try await self.configuration.readFiles(settings)
    }

    /// The settings that a running node takes.
    ///
    /// - Parameter start: The settings of its start.
    /// - Returns: The part that may change.
    func reloadable(start: ReadSettings) -> ReloadableConfiguration {
        var settings = ReloadableConfiguration(self.configuration.node)
        // The default goes by the address that the node listens on, which stays.
        if self.settings.string(.hosts) == nil {
            settings.hosts = .standard(listeningOn: start.configuration.node.host)
        }
        return settings
    }

    /// Checks that a new certificate is not worse than the one in force.
    ///
    /// - Parameters:
    ///   - old: The settings in force.
    ///   - now: The time.
    /// - Throws: ``SettingError`` when it is new and has expired.
    func checkExpiry(insteadOf old: ReadSettings, now: Date) throws(SettingError) {
        guard let tls = self.configuration.node.tls, tls != old.configuration.node.tls, tls.expiry < now else { return }
        throw SettingError("\(Setting.tlsCertificate.names): \(tls.expiryText)")
    }
}

extension ServerTLS {
    /// When it expires or has expired, for people.
    var expiryText: String { "the certificate expires at \(self.expiry.ISO8601Format())" }
}
