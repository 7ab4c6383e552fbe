import ChatIdentity
import ChatSettings
import Foundation

extension IdentityConfiguration {
    /// Reads the settings; ``readKeys()`` follows.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) throws(SettingError) {
        self.init()
        self.source = try Self.source(settings)
        self.rules.issuer = settings.string(.tokenIssuer)
        let audience = settings.string(.tokenAudience)?.split(separator: ",") ?? []
        self.rules.audience = audience.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        if case .address = self.source { self.authorities = try settings.authorities() }
        guard self.source == nil, let first = Self.demands.first(where: { settings.string($0) != nil }) else { return }
        throw SettingError("\(first.names): it is for tokens, and needs \(Setting.tokenKey.names)")
    }

    private static let demands = [Setting.tokenIssuer, .tokenAudience]

    private static func source(_ settings: Settings) throws(SettingError) -> Source? {
        guard let set = settings.string(.tokenJwks) else { return settings.string(.tokenKey).map { .file($0) } }
        guard settings.string(.tokenKey) == nil else {
            throw SettingError("\(Setting.tokenJwks.names): the keys come from there or from \(Setting.tokenKey.names)")
        }
        guard set.contains("://") else { return .file(set) }
        do throws(KeyError) { return .address(try KeyAddress(set)) } catch {
            throw SettingError("\(Setting.tokenJwks.names): \(error.reason)")
        }
    }

    /// The setting of the file with the keys, for the error when it cannot be used.
    static func setting(of settings: Settings) -> Setting {
        settings.string(.tokenKey) == nil ? .tokenJwks : .tokenKey
    }
}
