/// Texts with `{placeholders}`.
package enum Template {
    /// Puts values in their places; placeholders inside a value are not replaced.
    ///
    /// A placeholder with a slash is a Korean particle (`{을/를}`): it depends on the text before it after the
    /// replacement.
    package static func fill(_ template: String, _ values: [(key: String, value: String)]) -> String {
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            text += rest[..<open]
            text +=
                values.first { $0.key == name }?.value ?? Particle.choose(name, after: text)
                ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    /// The placeholders of a template, without particles.
    package static func placeholders(of template: String) -> Set<String> {
        Set(
            template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap {
                $0.split(separator: "}").first.map(String.init)
            }.filter { !$0.contains("/") }
        )
    }
}
