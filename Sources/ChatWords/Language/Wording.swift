/// A text with its translation beside it, if it is used in one place only; a text for several places is a ``Phrase``.
package struct Wording: Equatable, Sendable {
    package let english: String
    package let korean: String

    package init(_ english: String, korean: String) {
        self.english = english
        self.korean = korean
    }

    /// The text in the language of this process.
    ///
    /// - Parameter values: The value of each `{placeholder}`.
    /// - Returns: The text.
    package func callAsFunction(_ values: KeyValuePairs<String, String> = [:]) -> String {
        self.text(in: .current, values)
    }

    /// The text in a language.
    package func text(in language: Language, _ values: KeyValuePairs<String, String> = [:]) -> String {
        let template =
            switch language {
            case .english: self.english
            case .korean: self.korean
            }
        return Template.fill(template, values.map { ($0.key, $0.value) })
    }
}
