import TestSupport

@testable import ChatCore

/// Random JSON, valid and otherwise.
enum RandomJSON {
    /// Characters that have broken parsers before.
    private static let scalars: [Unicode.Scalar] = [
        "a", "\"", "\\", "/", "\u{0}", "\n", "\u{1F}", "\u{7F}", "é", "가", "\u{301}", "\u{FFFD}", "\u{FFFF}", "👋",
        "\u{10FFFF}", "\u{2028}", "u", "{", "}", ",",
    ]

    static func string(_ generator: inout SeededGenerator) -> String {
        var string = ""
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            string.unicodeScalars.append(Self.scalars[Int.random(in: 0..<Self.scalars.count, using: &generator)])
        }
        return string
    }

    /// A tree, with the text of it: white space, escapes and the order of keys are as they happen to be.
    static func value(_ generator: inout SeededGenerator, depth: Int = 0) -> (JSONValue, String) {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &generator) {
        case 0: return (.null, "null")
        case 1: return (.bool(true), "true")
        case 2:
            let number = Int(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0..<64, using: &generator))
            return (.integer(number), "\(number)")
        case 3: return (.fraction, "-12.5e-3")
        case 4:
            let string = Self.string(&generator)
            return (.string(ByteString(string)), Self.quoted(string, &generator))
        case 5:
            let elements = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                Self.value(&generator, depth: depth + 1)
            }
            return (.array(elements.map(\.0)), "[" + elements.map(\.1).joined(separator: " ,\t") + "]")
        default:
            var (members, texts): ([ByteString: JSONValue], [String]) = ([:], [])
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let key = Self.string(&generator)
                let (value, text) = Self.value(&generator, depth: depth + 1)
                members[ByteString(key)] = value
                texts.append(Self.quoted(key, &generator) + " :\n" + text)
            }
            return (.object(members), "{" + texts.joined(separator: ",\r\n") + " }")
        }
    }

    private static func quoted(_ string: String, _ generator: inout SeededGenerator) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || Bool.random(using: &generator) {
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16, uppercase: Bool.random(using: &generator))
                    text += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
