internal import ChatWords
internal import Foundation

/// What a configuration file consists of: its keys are looked at before its values are, so that a misspelt one is told.
struct SettingsFile: Sendable {
    /// The servers that it names, sorted.
    let servers: [String]

    /// Reads and checks a file.
    ///
    /// - Parameter path: Where it is.
    /// - Throws: ``Fault`` when it cannot be read, is no JSON object, or has a key that does not exist.
    init(_ path: String) throws(Fault) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault(saying: "{path} cannot be read", ["path": path])
        }
        do throws(Fault) { try self.init(data) } catch { throw Fault("\(path): \(error.message)") }
    }

    init(_ data: Data) throws(Fault) {
        let root: Node
        do { root = try JSONDecoder().decode(Node.self, from: data) } catch {
            throw Fault(saying: "this is no JSON object")
        }
        guard case .object(let keys) = root else { throw Fault(saying: "this is no JSON object") }
        try Self.check(keys, against: Setting.allCases, and: ["servers"])
        guard let servers = keys["servers"] else {
            self.servers = []
            return
        }
        guard case .object(let named) = servers else {
            throw Fault(saying: "servers is an object with a name for each")
        }
        for (name, server) in named.sorted(by: { $0.key < $1.key }) {
            guard case .object(let keys) = server else {
                throw Fault(saying: "servers.{name} is an object", ["name": name])
            }
            try Self.check(keys, against: Setting.allCases.filter(\.isOfServer), and: ["url"], in: "servers.\(name).")
        }
        self.servers = named.keys.sorted()
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Checks the names of keys, then that each has a value of its kind: `{"name": 2026}` would be somebody's name else.
    private static func check(
        _ keys: [String: Node],
        against settings: [Setting],
        and others: [String],
        in place: String = ""
    ) throws(Fault) {
        let known = others + settings.map(\.rawValue)
        if let stranger = keys.keys.sorted().first(where: { !known.contains($0) }) {
            let values: KeyValuePairs = ["name": stranger, "known": known.sorted().joined(separator: ", ")]
            guard stranger != "token" else {
                throw Fault(
                    saying:
                        "there is no setting \"{name}\"; a token is in a file or comes from a command (there are: {known})",
                    values
                )
            }
            throw Fault(saying: "there is no setting \"{name}\" (there are: {known})", values)
        }
        for (key, value) in keys.sorted(by: { $0.key < $1.key }) where key != "servers" {
            let kind = settings.first { $0.rawValue == key }?.kind ?? .text
            guard !value.is(kind) else { continue }
            throw Fault(
                saying: "{key} is {type}; it wants {wanted}",
                ["key": place + key, "type": value.name.text(), "wanted": kind.name.text()]
            )
        }
    }

    /// JSON with nothing kept but the keys, and of what type values are.
    private enum Node: Decodable {
        case object([String: Node])
        case text, number, list, null
        case truth(Bool)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let truth = try? value.decode(Bool.self) {
                self = .truth(truth)
            } else if (try? value.decode(String.self)) != nil {
                self = .text
            } else if (try? value.decode(Double.self)) != nil {
                self = .number
            } else if let object = try? value.decode([String: Node].self) {
                self = .object(object)
            } else {
                self = .list
            }
        }

        /// Whether it can be a setting of a kind.
        ///
        /// A truth value may also be written as a text, as in the environment.
        func `is`(_ kind: Setting.Kind) -> Bool {
            switch (self, kind) {
            case (.text, _), (.truth, .truth), (.truth(false), .folder): true
            case (.truth, .text), (.truth, .folder), (.object, _), (.number, _), (.list, _), (.null, _): false
            }
        }

        var name: Sentence {
            switch self {
            case .object: Sentence("an object")
            case .text: Sentence("a text")
            case .number: Sentence("a number")
            case .list: Sentence("a list")
            case .null: Sentence("null")
            case .truth: Sentence("a truth value")
            }
        }
    }
}

extension Setting.Kind {
    /// What stands in the file for it.
    fileprivate var name: Sentence {
        switch self {
        case .text: Sentence("a text, in quotes")
        case .truth: Sentence("true or false")
        case .folder: Sentence("a folder in quotes, or false")
        }
    }
}
