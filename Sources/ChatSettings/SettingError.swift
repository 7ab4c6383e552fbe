/// A setting that cannot be used, as one line for people.
package struct SettingError: Error, Sendable {
    /// What is wrong, in English, with `{placeholders}`.
    package let english: String
    /// What stands for the placeholders as it is.
    package let values: [String: String]
    /// What stands for placeholders and is English, too.
    package let terms: [String: String]
    /// The file in which it stands, or whatever else comes before the line.
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

extension SettingError: Equatable {
    package static func == (one: SettingError, two: SettingError) -> Bool { one.message == two.message }
}
