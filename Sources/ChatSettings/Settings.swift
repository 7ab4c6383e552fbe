internal import Configuration
internal import SystemPackage

/// Settings from flags, environment and file, in this order, with the source of each.
package struct Settings: Sendable {
    /// A value and its source.
    package struct Found: Equatable, Sendable {
        package var value: String
        package var source: Source

        package init(value: String, source: Source) {
            self.value = value
            self.source = source
        }
    }

    package enum Source: Equatable, Sendable {
        case flag
        case environment(String)
        /// The file, or an object of it with a name that the user chose.
        case file(String, object: String?)
    }

    /// The way in which an error names a setting.
    package enum Naming: Sendable {
        /// By its key.
        case key
        /// By its flag and its variable.
        case flagAndVariable
    }

    /// The path of the file, when there is one.
    package let file: String?
    private let naming: Naming
    private let flags: ConfigReader
    private let environment: ConfigReader
    private let variables: [String: String]
    private let contents: ConfigReader?

    /// Gathers the sources; the file's keys are checked before (``SettingsFile``).
    ///
    /// - Parameters:
    ///   - flags: The values of the command line, by key.
    ///   - environment: The environment.
    ///   - file: The path of a JSON file; nil when there is none.
    ///   - naming: The way in which an error names a setting.
    /// - Throws: ``SettingError`` when the file cannot be read.
    package init(
        flags: [String: String],
        environment: [String: String],
        file: String?,
        naming: Naming
    ) async throws(SettingError) {
        let given = flags.map { (AbsoluteConfigKey(Self.path($0)), ConfigValue(.string($1), isSecret: false)) }
        self.flags = ConfigReader(
            provider: InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: given))
        )
        self.environment = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "chat")
        )
        self.variables = environment
        self.naming = naming
        self.file = file
        do {
            self.contents =
                if let file {
                    ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
                } else {
                    nil
                }
        } catch {
            throw SettingError("{reason}", ["reason": "\(error)"]).at(file ?? "")
        }
    }

    /// The value of a setting and its source; nil when it is not set.
    ///
    /// - Parameters:
    ///   - setting: The setting.
    ///   - object: The object of the file that has precedence over the rest of the file.
    /// - Returns: The value and its source.
    package func found(_ setting: Setting, in object: [String] = []) -> Found? {
        let (path, kind) = (Self.path(setting.key), setting.kind)
        if let value = Self.text(self.flags, path, kind) { return Found(value: value, source: .flag) }
        if let value = Self.text(self.environment, path, kind) {
            return Found(value: value, source: .environment(setting.variable))
        }
        guard let file else { return nil }
        if let name = object.last, let value = self.contents.flatMap({ Self.text($0, object + path, kind) }) {
            return Found(value: value, source: .file(file, object: name))
        }
        return self.contents.flatMap { Self.text($0, path, kind) }
            .map { Found(value: $0, source: .file(file, object: nil)) }
    }

    /// A text; an empty one counts as none.
    package func string(_ setting: Setting) -> String? { self.found(setting)?.value }

    /// A text from the file only.
    package func string(inFile path: [String]) -> String? { self.contents.flatMap { Self.text($0, path, .text) } }

    /// A variable of the environment that does not belong to this program.
    package func variable(_ name: String) -> String? {
        let value = self.variables[name]
        return value?.isEmpty == false ? value : nil
    }

    /// A file may have a number or a truth value where other sources have text; the reader accepts either.
    private static func text(_ reader: ConfigReader, _ path: [String], _ kind: Setting.Kind) -> String? {
        let key = ConfigKey(path)
        var number: String? { reader.int(forKey: key).map(String.init) }
        var truth: String? { reader.bool(forKey: key).map(String.init) }
        let other =
            switch kind {
            case .truth, .folder: truth ?? number
            case .text, .integer, .words: number ?? truth
            }
        let value = reader.string(forKey: key) ?? other
        return value?.isEmpty == false ? value : nil
    }

    private static func path(_ key: String) -> [String] { key.split(separator: ".").map(String.init) }
}

// MARK: - Values of a type

extension Settings {
    private func name(of setting: Setting) -> String {
        switch self.naming {
        case .key: setting.key
        case .flagAndVariable: setting.names
        }
    }

    /// A whole number within a setting's range; the default when it is not set.
    package func int(_ setting: Setting) throws(SettingError) -> Int {
        guard case .integer(let range) = setting.kind else {
            preconditionFailure("\(setting.key) is declared as no number")
        }
        let text = self.string(setting) ?? setting.fallback
        guard let value = Int(text), range.contains(value) else {
            let isOpen = range.upperBound == .max
            throw SettingError(
                "{key}: \"{value}\" is no whole number, " + (isOpen ? "at least {low}" : "{low} to {high}"),
                [
                    "key": self.name(of: setting), "value": text, "low": "\(range.lowerBound)",
                    "high": "\(range.upperBound)",
                ]
            )
        }
        return value
    }

    /// A truth value; the default when it is not set.
    package func bool(_ setting: Setting) throws(SettingError) -> Bool {
        let text = self.string(setting) ?? setting.fallback
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            throw SettingError(
                "{key}: \"{value}\" is neither true nor false",
                ["key": self.name(of: setting), "value": text]
            )
        }
    }

    /// A value that is written as a text; nil when it is not set.
    ///
    /// - Parameters:
    ///   - setting: The setting.
    ///   - words: The allowed values, for people.
    ///   - read: Returns the value of a text, or nil.
    /// - Returns: The value.
    /// - Throws: ``SettingError`` when the text is not one of them.
    package func choice<Value>(
        _ setting: Setting,
        _ words: String,
        _ read: (String) -> Value?
    ) throws(SettingError) -> Value? {
        guard let text = self.string(setting) else { return nil }
        guard let value = read(text) else {
            let values = ["key": self.name(of: setting), "value": text, "words": words]
            throw SettingError("{key}: \"{value}\" is not {words}", values)
        }
        return value
    }

    /// Checks that settings with a list of words have one of them.
    package func checkWords(_ settings: [Setting]) throws(SettingError) {
        for setting in settings {
            guard case .words(let known) = setting.kind, let value = self.string(setting), !known.contains(value)
            else { continue }
            throw SettingError(
                "{key}: \"{value}\" is none of {known}",
                ["key": self.name(of: setting), "value": value, "known": known.joined(separator: ", ")]
            )
        }
    }
}
