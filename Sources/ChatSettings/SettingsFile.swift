internal import ChatSystem
package import Foundation

/// The contents of a file of settings: its keys are checked before its values are read, so that a misspelt one is
/// reported.
package struct SettingsFile: Sendable {
    private let root: [String: Node]

    /// Reads a file.
    ///
    /// - Parameter path: The path of the file.
    /// - Throws: ``SettingError`` when it cannot be read, or is not a JSON object.
    package init(_ path: String) throws(SettingError) {
        let bytes: [UInt8]?
        do throws(FileError) { bytes = try AtomicFile.read(path) } catch { throw SettingError(error) }
        guard let bytes else { throw SettingError(FileError.missing(path)) }
        do throws(SettingError) { try self.init(Data(bytes)) } catch { throw error.at(path) }
    }

    package init(_ data: Data) throws(SettingError) {
        guard let node = try? JSONDecoder().decode(Node.self, from: data) else { throw Self.fault(in: data) }
        guard case .object(let root) = node else { throw SettingError("this is no JSON object") }
        if let key = RepeatedKey.first(in: [UInt8](data)) {
            throw SettingError("\"{name}\" is there twice", ["name": key])
        }
        self.root = root
    }

    /// The place where a text ceases to be JSON.
    private static func fault(in data: Data) -> SettingError {
        // The decoder says only that there is one.
        do { _ = try JSONSerialization.jsonObject(with: data) } catch {
            if let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String {
                return SettingError("this is no JSON: {reason}", ["reason": reason])
            }
        }
        return SettingError("this is no JSON object")
    }

    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Objects of a file with names that the user chose, and settings in each: `{"servers": {"work": {…}}}`.
    package struct Group: Sendable {
        package let key: String
        package let settings: [Setting]

        package init(_ key: String, _ settings: [Setting]) {
            self.key = key
            self.settings = settings
        }
    }

    /// The names that the user gave to the objects of a group, sorted.
    package func names(in group: Group) -> [String] {
        guard case .object(let named)? = self.root[group.key] else { return [] }
        return named.keys.sorted()
    }

    /// Checks that the file contains only settings, each with a value of its type.
    ///
    /// - Parameters:
    ///   - settings: The allowed settings; the part before a dot is an object.
    ///   - group: The objects with names that the user chose.
    ///   - isStrict: Whether a text must be a JSON string. Otherwise a number or a truth value counts as its text.
    /// - Throws: ``SettingError`` for the first fault.
    package func check(_ settings: [Setting], _ group: Group? = nil, isStrict: Bool) throws(SettingError) {
        let check = Check(settings: settings, isStrict: isStrict)
        try check.names(self.root, others: group.map { [$0.key] } ?? [])
        try check.values(self.root, except: group?.key)
        guard let group, let objects = self.root[group.key] else { return }
        let key = group.key
        guard case .object(let named) = objects else {
            throw SettingError("{key} is an object with a name for each", ["key": key])
        }
        for (name, object) in named.sorted(by: { $0.key < $1.key }) {
            let place = "\(key).\(name)"
            guard case .object(let nodes) = object else { throw SettingError("{key} is an object", ["key": place]) }
            let check = Check(settings: group.settings, isStrict: isStrict, shownPlace: place + ".")
            try check.names(nodes)
            try check.values(nodes)
        }
    }
}

// MARK: - Checking one object

/// Checks the keys of an object, and of the objects in it.
private struct Check {
    var settings: [Setting]
    var isStrict: Bool
    /// The prefix of the keys of settings here, as in `limits.`.
    var place = ""
    /// The prefix of a key in messages for people.
    var shownPlace = ""

    private func setting(_ name: String) -> Setting? { self.settings.first { $0.key == self.place + name } }
    private func isObject(_ name: String) -> Bool {
        self.settings.contains { $0.key.hasPrefix(self.place + name + ".") }
    }

    private func inside(_ name: String) -> Check {
        let place = self.place + name + "."
        return Check(settings: self.settings, isStrict: self.isStrict, place: place, shownPlace: place)
    }

    func names(_ nodes: [String: Node], others: [String] = []) throws(SettingError) {
        let strangers = nodes.keys.filter { !others.contains($0) && self.setting($0) == nil && !self.isObject($0) }
        guard let stranger = strangers.min() else { return }
        let known = self.settings.map(\.key).filter { $0.hasPrefix(self.place) } + others
        let key = self.place + stranger
        let values = ["name": key, "known": known.sorted().joined(separator: ", ")]
        guard key != "token" else {
            throw SettingError(
                "there is no setting \"{name}\"; a token is in a file or comes from a command (there are: {known})",
                values
            )
        }
        throw SettingError("there is no setting \"{name}\" (there are: {known})", values)
    }

    func values(_ nodes: [String: Node], except other: String? = nil) throws(SettingError) {
        for (name, node) in nodes.sorted(by: { $0.key < $1.key }) where name != other {
            if let setting = self.setting(name) {
                try self.value(node, of: setting)
            } else if case .object(let nodes) = node {
                try self.inside(name).names(nodes)
                try self.inside(name).values(nodes)
            } else {
                throw SettingError("{key} is an object", ["key": self.shownPlace + name])
            }
        }
    }

    private func value(_ node: Node, of setting: Setting) throws(SettingError) {
        let key = self.shownPlace + setting.flag
        // The reader would take any number for true, and a fraction for no number.
        if case .number(let whole) = node, whole == nil || (setting.kind == .truth && whole != 0 && whole != 1) {
            throw SettingError("{key} is a number that means nothing there", ["key": key])
        }
        if self.isStrict {
            guard !node.is(setting.kind) else { return }
            throw SettingError(
                "{key} is {type}; it wants {wanted}",
                ["key": key],
                terms: ["type": node.name, "wanted": setting.kind.name]
            )
        }
        guard !node.isScalar else { return }
        throw SettingError("{key} is a text, a number or a truth value", ["key": key])
    }
}

extension Setting.Kind {
    /// Its value in the file.
    fileprivate var name: String {
        switch self {
        case .text, .words: "a text, in quotes"
        case .truth: "true or false"
        case .integer: "a number"
        case .folder: "a folder in quotes, or false"
        }
    }
}

/// JSON, of which only the keys and the types of values are kept.
private enum Node: Decodable, Sendable {
    case object([String: Node])
    case text, list, null
    case truth(Bool)
    /// A number; nil when it is no whole one.
    case number(Int?)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let truth = try? value.decode(Bool.self) {
            self = .truth(truth)
        } else if (try? value.decode(String.self)) != nil {
            self = .text
        } else if (try? value.decode(Double.self)) != nil {
            self = .number(try? value.decode(Int.self))
        } else if let object = try? value.decode([String: Node].self) {
            self = .object(object)
        } else {
            self = .list
        }
    }

    var isScalar: Bool {
        switch self {
        case .text, .number, .truth: true
        case .object, .list, .null: false
        }
    }

    /// Whether it can be a setting of a kind.
    ///
    /// A truth value and a number may also be written as a text, as in the environment.
    func `is`(_ kind: Setting.Kind) -> Bool {
        switch (self, kind) {
        case (.text, _), (.truth, .truth), (.truth(false), .folder), (.number, .integer): true
        case (.truth, _), (.number, _), (.object, _), (.list, _), (.null, _): false
        }
    }

    var name: String {
        switch self {
        case .object: "an object"
        case .text: "a text"
        case .number: "a number"
        case .list: "a list"
        case .null: "null"
        case .truth: "a truth value"
        }
    }
}
