/// Reads keys from the bytes that a terminal sends (ECMA-48, and xterm's keys): a state machine without I/O.
///
/// An escape sequence has no end mark of its own kind, and Escape alone is a key as well: only time tells them apart. When
/// ``isAmbiguous`` holds and nothing follows for a moment, the shell calls ``flush()``.
struct KeyDecoder: Sendable {
    /// The most bytes of one paste; what is beyond is dropped.
    static let maximumPaste = 1 << 20

    private enum State: Equatable {
        case ground
        case utf8(needed: Int)
        case escape
        case singleShift
        case sequence
        case paste
    }

    private var state = State.ground
    private var bytes: [UInt8] = []

    /// Whether what came so far is a key in itself and may also be the beginning of another.
    var isAmbiguous: Bool { self.state == .escape }

    /// Takes bytes, gives the keys that they complete.
    mutating func feed(_ input: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in input {
            guard let key = self.feed(byte) else { continue }
            // Characters that come together stay together, as those of one cluster must.
            if case .text(let new) = key, case .text(let old) = keys.last {
                keys[keys.count - 1] = .text(old + new)
            } else {
                keys.append(key)
            }
        }
        return keys
    }

    /// Nothing followed.
    mutating func flush() -> Key? {
        guard self.isAmbiguous else { return nil }
        self.state = .ground
        return .special(.escape)
    }

    private mutating func feed(_ byte: UInt8) -> Key? {
        switch self.state {
        case .ground: return self.ground(byte, isAlt: false)
        case .utf8(let needed): return self.continuation(byte, needed: needed)
        case .escape: return self.escape(byte)
        case .singleShift:
            self.state = .ground
            return Self.letter(byte, [])
        case .sequence: return self.sequence(byte)
        case .paste: return self.paste(byte)
        }
    }

    private mutating func ground(_ byte: UInt8, isAlt: Bool) -> Key? {
        self.state = .ground
        let modifiers: Key.Modifiers = isAlt ? .alt : []
        switch byte {
        case 0x1B: self.state = .escape
        case 0x0D: return .special(.enter, modifiers)
        case 0x09: return .special(.tab, modifiers)
        case 0x7F, 0x08: return .special(.backspace, modifiers)
        case ..<0x20: return .control(Character(Unicode.Scalar(byte | (byte < 0x1B ? 0x60 : 0x40))))
        case ..<0x80:
            let character = Character(Unicode.Scalar(byte))
            return isAlt ? .alt(character) : .text(String(character))
        case 0xC2...0xDF: self.begin(byte, needed: 1)
        case 0xE0...0xEF: self.begin(byte, needed: 2)
        case 0xF0...0xF4: self.begin(byte, needed: 3)
        default: break
        }
        return nil
    }

    private mutating func begin(_ byte: UInt8, needed: Int) {
        self.bytes = [byte]
        self.state = .utf8(needed: needed)
    }

    private mutating func continuation(_ byte: UInt8, needed: Int) -> Key? {
        guard byte & 0xC0 == 0x80 else { return self.ground(byte, isAlt: false) }
        self.bytes.append(byte)
        guard needed == 1 else {
            self.state = .utf8(needed: needed - 1)
            return nil
        }
        self.state = .ground
        return String(validating: self.bytes, as: UTF8.self).map(Key.text)
    }

    private mutating func escape(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "["):
            self.bytes = []
            self.state = .sequence
            return nil
        case UInt8(ascii: "O"):
            self.state = .singleShift
            return nil
        case 0x1B: return .special(.escape)
        default: return self.ground(byte, isAlt: true)
        }
    }
}

// MARK: - Sequences

extension KeyDecoder {
    private mutating func sequence(_ byte: UInt8) -> Key? {
        guard (0x40...0x7E).contains(byte) else {
            // Parameters are short; what goes on for longer is noise.
            let isParameter = (0x20...0x3F).contains(byte) && self.bytes.count < 32
            if isParameter { self.bytes.append(byte) } else { self.state = .ground }
            return nil
        }
        self.state = .ground
        let parameters = String(decoding: self.bytes, as: UTF8.self).split(separator: ";").map { Int($0) ?? 0 }
        let modifiers = Key.Modifiers(rawValue: max(0, (parameters.count > 1 ? parameters[1] : 1) - 1) & 7)
        guard byte == UInt8(ascii: "~") else { return Self.letter(byte, modifiers) }
        switch parameters.first {
        case 1, 7: return .special(.home, modifiers)
        case 3: return .special(.delete, modifiers)
        case 4, 8: return .special(.end, modifiers)
        case 5: return .special(.pageUp, modifiers)
        case 6: return .special(.pageDown, modifiers)
        case 200:
            self.bytes = []
            self.state = .paste
            return nil
        default: return nil
        }
    }

    private static func letter(_ byte: UInt8, _ modifiers: Key.Modifiers) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .special(.up, modifiers)
        case UInt8(ascii: "B"): .special(.down, modifiers)
        case UInt8(ascii: "C"): .special(.right, modifiers)
        case UInt8(ascii: "D"): .special(.left, modifiers)
        case UInt8(ascii: "F"): .special(.end, modifiers)
        case UInt8(ascii: "H"): .special(.home, modifiers)
        case UInt8(ascii: "M"): .special(.enter, modifiers)
        case UInt8(ascii: "Z"): .special(.tab, [.shift])
        default: nil
        }
    }

    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private mutating func paste(_ byte: UInt8) -> Key? {
        self.bytes.append(byte)
        guard byte == UInt8(ascii: "~"), self.bytes.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) else {
            if self.bytes.count > Self.maximumPaste + Self.pasteEnd.count {
                self.bytes.remove(at: Self.maximumPaste)
            }
            return nil
        }
        self.state = .ground
        let text = String(decoding: self.bytes.dropLast(Self.pasteEnd.count), as: UTF8.self)
        self.bytes = []
        // Terminals send the Return key for a line break; "\r\n" is one Character.
        return .paste(String(text.map { $0 == "\r" || $0 == "\r\n" ? "\n" : $0 }).sanitizedText)
    }
}
