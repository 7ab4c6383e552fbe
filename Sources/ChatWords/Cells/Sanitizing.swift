/// Text of a peer must not control the terminal: every field of a message goes through here before it is shown.
extension String {
    /// The text on one line, without control characters and without characters that change the direction of writing.
    package var sanitizedLine: String {
        self.sanitized { $0 == "\n" || $0 == "\t" ? " " : nil }
    }

    /// The text with its line breaks and tabs, without other control characters and without characters that change the
    /// direction of writing.
    package var sanitizedText: String {
        self.sanitized { $0 == "\n" || $0 == "\t" ? $0 : nil }
    }

    private func sanitized(_ exception: (Unicode.Scalar) -> Unicode.Scalar?) -> String {
        guard self.unicodeScalars.contains(where: \.steersTerminals) else { return self }
        var kept = String.UnicodeScalarView()
        for scalar in self.unicodeScalars {
            guard let shown = scalar.steersTerminals ? exception(scalar) : scalar else { continue }
            kept.append(shown)
        }
        return String(kept)
    }
}

extension Unicode.Scalar {
    /// Control characters (C0, DEL, C1: among them ESC, CSI and OSC), line separators, and the embeddings, overrides and
    /// isolates of Unicode Annex 9, which would change the direction of the text after them.
    fileprivate var steersTerminals: Bool {
        switch self.value {
        case ..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
