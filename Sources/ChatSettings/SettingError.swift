internal import ChatSystem

/// A setting that cannot be used, as one line for people.
package struct SettingError: Error, Sendable {
    /// The fault, in English, with `{placeholders}`.
    package let english: String
    /// The values of placeholders that are not translated.
    package let values: [String: String]
    /// The values of placeholders that are English sentences, too.
    package let terms: [String: String]
    /// The file that contains it, or another prefix of the line.
    package var place: String?

    package init(_ english: String, _ values: [String: String] = [:], terms: [String: String] = [:]) {
        self.english = english
        self.values = values
        self.terms = terms
    }

    /// The line in English.
    package var message: String {
        let filled = self.values.merging(self.terms) { $1 }
        var (text, rest) = ("", Substring(self.english))
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            text += rest[..<open] + (filled[name] ?? String(rest[open...close]))
            rest = rest[rest.index(after: close)...]
        }
        return (self.place.map { $0 + ": " } ?? "") + text + rest
    }

    /// The same error at a place.
    package func at(_ place: String) -> SettingError {
        var error = self
        error.place = place
        return error
    }
}

extension SettingError {
    /// A file with settings cannot be read.
    init(_ error: FileError) {
        if let words = error.systemWords {
            self = Self(words).at(error.path)
        } else {
            self.init(error.english, ["path": error.path])
        }
    }
}

extension SettingError: Equatable {
    package static func == (one: SettingError, two: SettingError) -> Bool { one.message == two.message }
}
