/// A sentence about a fault or a finding, which is its own key: the English text, with `{placeholders}`.
///
/// English sentences of the server and the client library are looked up as well (``init(said:)``).
package struct Sentence: Equatable, Sendable {
    /// The sentence in English.
    package let english: String
    private let values: [String: String]

    package init(_ english: String, _ values: KeyValuePairs<String, String> = [:]) {
        self.english = english
        self.values = Dictionary(values.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// A sentence with values that were gathered before.
    package init(_ english: String, filling values: [String: String]) {
        (self.english, self.values) = (english, values)
    }

    /// A sentence whose placeholders are numbered from 0.
    package init(_ english: String, filling values: [String]) {
        self.english = english
        self.values = Dictionary(uniqueKeysWithValues: values.enumerated().map { ("\($0)", $1) })
    }

    /// Reads a finished sentence: its numbers and quoted parts are its values, `{0}`, `{1}` and so on.
    package init(said text: String) {
        var (english, values) = ("", [String: String]())
        var rest = Substring(text)
        while let first = rest.first {
            let value: Substring
            if first.isASCII, first.isNumber {
                value = rest.prefix { $0.isASCII && $0.isNumber }
            } else if first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") {
                value = rest[...end]
            } else {
                english.append(rest.removeFirst())
                continue
            }
            english += "{\(values.count)}"
            values["\(values.count)"] = String(value)
            rest = rest[value.endIndex...]
        }
        (self.english, self.values) = (english, values)
    }

    /// Whether the sentence has a translation in a language.
    package func isKnown(in language: Language = .current) -> Bool { self.template(in: language) != nil }

    /// The sentence in a language; English if there is no translation.
    package func text(in language: Language = .current) -> String {
        Template.fill(self.template(in: language) ?? self.english, self.values.map { ($0.key, $0.value) })
    }

    private func template(in language: Language) -> String? {
        switch language {
        case .english: self.english
        case .korean: Self.korean[self.english]
        }
    }
}
