import Foundation

/// What a file of settings consists of: its keys are looked at before its values are read, so that a misspelt one is told.
enum SettingsFile {
    /// Checks that a file has nothing but settings.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - known: The settings, by key; one with a dot stands in an object of its own.
    /// - Throws: ``SettingError`` when it cannot be read, is no JSON object, has a key that does not exist, or something
    ///   that cannot be a value.
    static func check(_ path: String, against known: Set<String>) throws(SettingError) {
        guard let data = FileManager.default.contents(atPath: path),
            let root = try? JSONDecoder().decode([String: Node].self, from: data)
        else { throw SettingError("config: the file \(path) is missing or no JSON object") }
        try Self.check(root, in: "", against: known)
    }

    private static func check(
        _ nodes: [String: Node],
        in place: String,
        against known: Set<String>
    ) throws(SettingError) {
        for (name, node) in nodes.sorted(by: { $0.key < $1.key }) {
            let key = place + name
            let isGroup = known.contains { $0.hasPrefix(key + ".") }
            guard isGroup || known.contains(key) else {
                let others = known.filter { $0.hasPrefix(place) }.sorted().joined(separator: ", ")
                throw SettingError("config: there is no setting \"\(key)\" (there are: \(others))")
            }
            switch node {
            case .object(let nodes) where isGroup: try Self.check(nodes, in: key + ".", against: known)
            case .value where !isGroup: break
            case .object, .value, .other:
                let wanted = isGroup ? "an object" : "a text, a number or a truth value"
                throw SettingError("config: \(key) is \(wanted)")
            }
        }
    }

    /// JSON with nothing kept but its keys.
    private enum Node: Decodable {
        case object([String: Node])
        /// A text, a number or a truth value.
        case value
        /// A list, or null.
        case other

        init(from decoder: any Decoder) throws {
            if let object = try? [String: Node](from: decoder) {
                self = .object(object)
                return
            }
            let single = try decoder.singleValueContainer()
            let isValue =
                (try? single.decode(String.self)) != nil || (try? single.decode(Double.self)) != nil
                || (try? single.decode(Bool.self)) != nil
            self = isValue ? .value : .other
        }
    }
}
