internal import ChatWords

/// Reads keys from the bytes that a terminal sends (ECMA-48, and xterm's keys): a state machine without I/O.
///
/// Not everything that comes was typed. Terminals send answers, and reports of mouse and focus, even when the program
/// that requested them is dead. A sequence that is not a known key is dropped whole, and never taken for Enter: a line
/// that was sent half-written cannot be taken back.
///
/// An escape sequence has no special end mark, and Escape alone is also a key: only time tells them apart. When nothing
/// follows within ``patience``, the shell calls ``flush()``.
struct KeyDecoder: Sendable {
    /// The most bytes of one paste; the rest is dropped.
    static let maximumPaste = 1 << 20
    /// The most bytes of a sequence's parameters; a longer one is read to its end and means nothing.
    private static let maximumParameters = 32

    private enum State: Equatable {
        case ground
        case utf8(needed: Int)
        case escape
        case singleShift
        case sequence
        /// A string of the terminal's (OSC, DCS, APC, PM, SOS), told by the byte that began it.
        case string(UInt8, isEnding: Bool)
        /// The bytes behind a mouse report of the old kind.
        case report(left: Int)
        case paste
    }

    private var state = State.ground
    private var bytes: [UInt8] = []

    /// The milliseconds without further bytes after which to call ``flush()``; nil: never.
    ///
    /// If Escape, or Escape and one character, may have been pressed, the time is short. If more has come, no key was
    /// pressed, and the rest may come over a slow line.
    var patience: Int32? {
        switch self.state {
        case .ground, .utf8: nil
        // A paste may come slowly. A paste whose end was lost would take every key: Ctrl-C, with nothing after it, ends
        // it.
        case .paste: self.bytes.last == Self.interrupt ? 1000 : nil
        case .escape, .singleShift: 40
        case .sequence: self.bytes.isEmpty ? 40 : 1000
        case .string: self.bytes.isEmpty ? 40 : 1000
        case .report: 1000
        }
    }

    /// Takes bytes, returns the keys that they complete.
    mutating func feed(_ input: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        // Characters that come together stay together, as those of one cluster must.
        var text = ""
        for byte in input {
            switch self.feed(byte) {
            case nil: continue
            case .text(let more): text += more
            case let key?:
                if !text.isEmpty { keys.append(.text(text)) }
                text = ""
                keys.append(key)
            }
        }
        if !text.isEmpty { keys.append(.text(text)) }
        return keys
    }

    /// Nothing followed: bytes that may be a key become one, others are dropped.
    mutating func flush() -> Key? {
        guard self.patience != nil else { return nil }
        defer { self.state = .ground }
        switch self.state {
        case .escape: return .special(.escape)
        case .singleShift: return .alt("O")
        case .sequence where self.bytes.isEmpty: return .alt("[")
        case .string(let introducer, isEnding: false) where self.bytes.isEmpty:
            return .alt(Character(Unicode.Scalar(introducer)))
        case .paste:
            self.bytes = []
            return .control("c")
        case .ground, .utf8, .sequence, .string, .report: return nil
        }
    }

    private mutating func feed(_ byte: UInt8) -> Key? {
        switch self.state {
        case .ground: return self.ground(byte, isAlt: false)
        case .utf8(let needed): return self.continuation(byte, needed: needed)
        case .escape: return self.escape(byte)
        case .singleShift:
            self.state = .ground
            return Self.shifted(byte)
        case .sequence: return self.sequence(byte)
        case .string(let introducer, let isEnding): return self.string(byte, introducer, isEnding: isEnding)
        case .report(let left): self.state = left > 1 ? .report(left: left - 1) : .ground
        case .paste: return self.paste(byte)
        }
        return nil
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
        self.bytes = []
        switch byte {
        case UInt8(ascii: "["): self.state = .sequence
        case UInt8(ascii: "O"): self.state = .singleShift
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            self.state = .string(byte, isEnding: false)
        case 0x1B: return .special(.escape)
        default: return self.ground(byte, isAlt: true)
        }
        return nil
    }
}

// MARK: - Strings

extension KeyDecoder {
    /// Reads a string to its end: `ESC \`, or the bell, which xterm accepts as well; CAN and SUB abort it.
    ///
    /// Its content is not kept, only the fact that there is some.
    private mutating func string(_ byte: UInt8, _ introducer: UInt8, isEnding: Bool) -> Key? {
        switch byte {
        case 0x07, 0x18, 0x1A: self.state = .ground
        case UInt8(ascii: "\\") where isEnding: self.state = .ground
        // Another sequence begins, and the string is over.
        case _ where isEnding: return self.escape(byte)
        case 0x1B: self.state = .string(introducer, isEnding: true)
        default: self.bytes = [byte]
        }
        return nil
    }
}

// MARK: - Sequences

extension KeyDecoder {
    private mutating func sequence(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x20...0x3F:
            if self.bytes.count <= Self.maximumParameters { self.bytes.append(byte) }
            return nil
        case 0x40...0x7E: break
        case 0x1B:
            self.state = .escape
            return nil
        default:
            // Aborted. The byte is dropped, too: a return in the middle was not meant to send anything.
            self.state = .ground
            return nil
        }
        self.state = .ground
        guard self.bytes.count <= Self.maximumParameters else { return nil }
        if self.bytes.isEmpty, let left = Self.reportBytes[byte] {
            self.state = .report(left: left)
            return nil
        }
        // Private parameters (`<`, `=`, `>`, `?`) and intermediate bytes are in answers and reports, and in no key.
        let isPlain = self.bytes.allSatisfy { (0x30...0x3B).contains($0) }
        let parameters = String(decoding: self.bytes, as: UTF8.self).split(
            separator: ";",
            omittingEmptySubsequences: false
        ).map { Int($0) ?? 1 }
        guard isPlain, parameters.count <= 2 else { return nil }
        let modifiers = Key.Modifiers(rawValue: max(0, (parameters.count > 1 ? parameters[1] : 1) - 1) & 7)
        guard byte == UInt8(ascii: "~") else { return parameters[0] == 1 ? Self.letter(byte, modifiers) : nil }
        return self.numbered(parameters[0], modifiers)
    }

    /// The number of bytes after a report without parameters: xterm's mouse (1000), and its highlighting (1001).
    private static let reportBytes: [UInt8: Int] = [
        UInt8(ascii: "M"): 3, UInt8(ascii: "t"): 2, UInt8(ascii: "T"): 6,
    ]

    private mutating func numbered(_ number: Int, _ modifiers: Key.Modifiers) -> Key? {
        switch number {
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
        case UInt8(ascii: "Z"): .special(.tab, [.shift])
        default: nil
        }
    }

    /// The keys of the application mode: `ESC O`, a letter.
    ///
    /// `M` is the Enter of the keypad.
    private static func shifted(_ byte: UInt8) -> Key? {
        byte == UInt8(ascii: "M") ? .special(.enter) : self.letter(byte, [])
    }

    /// Ctrl-C.
    private static let interrupt: UInt8 = 0x03
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
