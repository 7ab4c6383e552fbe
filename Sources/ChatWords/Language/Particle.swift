/// Korean particles, whose form depends on the last sound of the word before them.
package enum Particle {
    /// The ending of a word, which decides the particle after it.
    package enum Ending: Equatable, Sendable {
        case vowel
        /// ㄹ, which counts as a vowel before 으로.
        case rieul
        case consonant
    }

    /// The right one of two forms.
    ///
    /// - Parameters:
    ///   - pair: Both with a slash between, the one after a consonant first: `을/를`, `이/가`, `은/는`, `과/와`, `으로/로`.
    ///   - text: The text before it.
    /// - Returns: The form; nil when it is not a known pair.
    package static func choose(_ pair: some StringProtocol, after text: String) -> String? {
        let forms = pair.split(separator: "/")
        guard forms.count == 2 else { return nil }
        let ending = self.ending(of: text)
        let isClosed = ending == .consonant || (ending == .rieul && forms[1] != "로")
        return String(isClosed ? forms[0] : forms[1])
    }

    /// The ending of a text when it is read aloud, by its last sign that is not a bracket, quotation mark or invisible
    /// character.
    ///
    /// Page and terminal have one rule (Tests/Vectors/particles.json).
    package static func ending(of text: String) -> Ending {
        let scalars = text.unicodeScalars.reversed().drop { self.isPassedOver($0) }
        guard let last = scalars.first else { return .vowel }
        switch last {
        case "\u{AC00}"..."\u{D7A3}": return self.ending(ofFinal: (last.value - 0xAC00) % 28)
        // The part after the vowel of a syllable that is not composed.
        case "\u{11A8}"..."\u{11C2}": return self.ending(ofFinal: last.value - 0x11A7)
        case "0"..."9": return self.digits[Int(last.value - 0x30)]
        case "l", "L": return .rieul
        case "m", "M", "n", "N": return .consonant
        // "ng" is one sound, ㅇ.
        case "g", "G": return ["n", "N"].contains(scalars.dropFirst().first) ? .consonant : .vowel
        default: return .vowel
        }
    }

    private static func isPassedOver(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .format: true
        default: scalar == "\"" || scalar == "'"
        }
    }

    private static func ending(ofFinal final: UInt32) -> Ending {
        switch final {
        case 0: .vowel
        case 8: .rieul
        default: .consonant
        }
    }

    /// 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구; ten, hundred and so on end in consonants as 영 does.
    private static let digits: [Ending] = [
        .consonant, .rieul, .vowel, .consonant, .vowel, .vowel, .consonant, .rieul, .rieul, .vowel,
    ]
}
