import ChatNode
import ChatSettings
import ChatSystem

/// The settings for moderators.
extension Setting {
    static let adminKeyFile = Setting(
        "admin-key-file",
        help: "A file with the key of the admin API (/admin/…), which is off without one.",
        discussion: "At least \(AdminKey.minimumBytes) characters. CHAT_ADMIN_KEY is understood as well."
    )
    static let moderationFile = Setting(
        "moderation-file",
        help: "A file that keeps bans and other rulings of a chat in memory; Redis keeps them itself."
    )

    static let moderation = [adminKeyFile, moderationFile]
}

extension ModerationConfiguration {
    /// The variable with the key itself.
    private static let keyVariable = "CHAT_ADMIN_KEY"

    /// Reads the settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - isInMemory: Whether the node has no Redis.
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings, isInMemory: Bool) throws(SettingError) {
        self.init()
        if let path = settings.string(.adminKeyFile) {
            guard let bytes = try? AtomicFile.read(path) else {
                throw SettingError("\(Setting.adminKeyFile.names): the file cannot be read")
            }
            self.adminKey = try Self.key(String(decoding: bytes, as: UTF8.self), Setting.adminKeyFile.names)
        } else if let key = settings.variable(Self.keyVariable) {
            self.adminKey = try Self.key(key, Self.keyVariable)
        }
        self.file = settings.string(.moderationFile)
        guard self.file == nil || isInMemory else {
            throw SettingError(
                "\(Setting.moderationFile.names): it is for a chat in memory; Redis keeps rulings itself"
            )
        }
    }

    private static func key(_ text: String, _ place: String) throws(SettingError) -> AdminKey {
        let ends: Set<Character> = [" ", "\n", "\r\n", "\r", "\t"]
        let trimmed = text.drop { ends.contains($0) }.reversed().drop { ends.contains($0) }.reversed()
        guard let key = AdminKey(String(trimmed)) else {
            throw SettingError(
                "\(place): a key has \(AdminKey.minimumBytes) to \(AdminKey.maximumBytes) printable ASCII characters, "
                    + "without blanks"
            )
        }
        return key
    }
}
