import Configuration
import Foundation
import SystemPackage

/// Settings from flags, environment and file, in this order, each read into its type with one clear complaint.
struct Settings {
    private let reader: ConfigReader
    private let environment: [String: String]

    /// Gathers the sources.
    ///
    /// - Parameters:
    ///   - flags: What the command line gave, by key.
    ///   - environment: The environment; `CHAT_PORT` stands for the key `port`.
    ///   - file: The path of a JSON file; nil when there is none.
    /// - Throws: ``SettingError`` when the file cannot be read, or has what is no setting.
    init(flags: [String: String], environment: [String: String], file: String?) async throws(SettingError) {
        let given = flags.map { (AbsoluteConfigKey(Self.key($0)), ConfigValue(.string($1), isSecret: false)) }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: given)),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "chat"),
        ]
        if let file {
            try SettingsFile.check(file, against: ServerOptions.keys)
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch {
                throw SettingError("config: the file \(file) is missing or no JSON object")
            }
        }
        self.reader = ConfigReader(providers: providers)
        self.environment = environment
    }

    /// A text; an empty one counts as none.
    func string(_ key: String) -> String? {
        let key = Self.key(key)
        // A file may write a number or a truth value where a flag writes text.
        let value =
            self.reader.string(forKey: key) ?? self.reader.int(forKey: key).map(String.init)
            ?? self.reader.bool(forKey: key).map(String.init)
        return value?.isEmpty == false ? value : nil
    }

    /// A variable of the environment that is not this program's own.
    func variable(_ name: String) -> String? {
        let value = self.environment[name]
        return value?.isEmpty == false ? value : nil
    }

    /// A whole number within bounds.
    func int(_ key: String, default: Int, _ range: ClosedRange<Int>) throws(SettingError) -> Int {
        guard let text = self.string(key) else { return `default` }
        guard let value = Int(text), range.contains(value) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw SettingError("\(Self.names(key)): \"\(text)\" is no whole number, \(bounds)")
        }
        return value
    }

    /// A truth value.
    func bool(_ key: String) throws(SettingError) -> Bool {
        switch self.string(key)?.lowercased() {
        case nil, "false", "no", "0": false
        case "true", "yes", "1": true
        case let text?: throw SettingError("\(Self.names(key)): \"\(text)\" is neither true nor false")
        }
    }

    /// One of several words.
    ///
    /// - Parameters:
    ///   - key: The setting.
    ///   - default: The value when it is not set.
    ///   - words: What it may be, for people.
    ///   - read: Gives the value of a word, or nil.
    /// - Returns: The value.
    /// - Throws: ``SettingError`` when the word is none of them.
    func choice<Value>(
        _ key: String,
        default: Value,
        _ words: String,
        _ read: (String) -> Value?
    ) throws(SettingError) -> Value {
        guard let text = self.string(key) else { return `default` }
        guard let value = read(text) else { throw SettingError("\(Self.names(key)): \"\(text)\" is not \(words)") }
        return value
    }

    /// How people know a setting.
    static func names(_ key: String) -> String {
        let variable = key.replacing(".", with: "_").replacing("-", with: "_").uppercased()
        return "--\(key.replacing("limits.", with: "")) (CHAT_\(variable))"
    }

    private static func key(_ key: String) -> ConfigKey { ConfigKey(key.split(separator: ".").map(String.init)) }
}

/// A setting that cannot be used, as one line for the operator.
struct SettingError: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}
