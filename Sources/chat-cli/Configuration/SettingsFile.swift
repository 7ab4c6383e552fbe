internal import Foundation

/// What a configuration file consists of: its keys are looked at before its values are, so that a misspelt one is told.
struct SettingsFile: Sendable {
    /// The servers that it names, sorted.
    let servers: [String]

    /// Reads and checks a file.
    ///
    /// - Parameter path: Where it is.
    /// - Throws: ``SettingError`` when it cannot be read, is no JSON object, or has a key that does not exist.
    init(_ path: String) throws(SettingError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingError("\(path) cannot be read")
        }
        do throws(SettingError) { try self.init(data) } catch { throw SettingError("\(path): \(error.message)") }
    }

    init(_ data: Data) throws(SettingError) {
        let root: Node
        do { root = try JSONDecoder().decode(Node.self, from: data) } catch {
            throw SettingError("this is no JSON object")
        }
        guard case .object(let keys) = root else { throw SettingError("this is no JSON object") }
        try Self.check(keys.keys, against: Setting.allCases.map(\.rawValue) + ["servers"])
        guard let servers = keys["servers"] else {
            self.servers = []
            return
        }
        guard case .object(let named) = servers else { throw SettingError("servers is an object with a name for each") }
        for (name, server) in named.sorted(by: { $0.key < $1.key }) {
            guard case .object(let keys) = server else { throw SettingError("servers.\(name) is an object") }
            try Self.check(keys.keys, against: ["url"] + Setting.allCases.filter(\.isOfServer).map(\.rawValue))
        }
        self.servers = named.keys.sorted()
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func check(_ keys: some Sequence<String>, against known: [String]) throws(SettingError) {
        guard let stranger = keys.sorted().first(where: { !known.contains($0) }) else { return }
        let hint = stranger == "token" ? "; a token is in a file or comes from a command" : ""
        throw SettingError(
            "there is no setting \"\(stranger)\"\(hint) (there are: \(known.sorted().joined(separator: ", ")))"
        )
    }

    /// JSON with nothing kept but the keys.
    private enum Node: Decodable {
        case object([String: Node])
        case value

        init(from decoder: any Decoder) throws {
            if let object = try? decoder.singleValueContainer().decode([String: Node].self) {
                self = .object(object)
            } else {
                self = .value
            }
        }
    }
}
