/// Finds words in texts, at a cost that grows with the text and not with the list (Aho and Corasick, 1975).
///
/// Texts and words are compared in NFC, without case (`ς` is `σ`, and `ß` is `ss`) and without characters that draw
/// nothing. A word is found where it stands alone, so that a part of a longer word does not count; letters of scripts
/// that put no space between words or attach particles to them (Hangul, Han, Kana, Thai and the like) have no such ends,
/// and are found anywhere.
package struct WordList: Equatable, Sendable {
    /// The most words of a list.
    package static let maximumWords = 500
    /// The most bytes of a word.
    package static let maximumBytes = 64

    /// A state: some bytes that begin a word.
    private struct Node: Equatable, Sendable {
        /// The longest other state with which it ends.
        var fallback = 0
        /// The word that it is; nil when it only begins one.
        var word: Ending?
        /// The next state on the way of fallbacks that is a word; 0: none.
        var nextWord = 0
    }

    /// A word that ends at a state.
    private struct Ending: Equatable, Sendable {
        var bytes: Int
        var needsStart: Bool
        var needsEnd: Bool
    }

    private var nodes = [Node()]
    /// The state that follows a state by a byte.
    private var steps: [UInt32: Int] = [:]

    package init(_ words: [String]) {
        for word in words { self.add(word) }
        self.link()
    }

    /// Whether a word has something that a text can be searched for: what is invisible is left out, and a mark alone stands on
    /// no letter.
    package static func canFind(_ word: String) -> Bool {
        self.folded(word).unicodeScalars.contains {
            switch $0.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: false
            default: !$0.properties.isWhitespace
            }
        }
    }

    private static func step(_ node: Int, _ byte: UInt8) -> UInt32 { UInt32(node) << 8 | UInt32(byte) }

    private mutating func add(_ word: String) {
        let scalars = Array(Self.folded(word).unicodeScalars)
        guard let first = scalars.first, let last = scalars.last else { return }
        var node = 0
        var bytes = 0
        for byte in String(String.UnicodeScalarView(scalars)).utf8 {
            bytes += 1
            if let next = self.steps[Self.step(node, byte)] {
                node = next
            } else {
                self.nodes.append(Node())
                self.steps[Self.step(node, byte)] = self.nodes.count - 1
                node = self.nodes.count - 1
            }
        }
        self.nodes[node].word = Ending(bytes: bytes, needsStart: first.isInWords, needsEnd: last.isInWords)
    }

    /// Gives each state its fallback, the shorter ones first.
    private mutating func link() {
        var queue = [0]
        var children: [Int: [(byte: UInt8, node: Int)]] = [:]
        for (step, node) in self.steps {
            children[Int(step >> 8), default: []].append((UInt8(truncatingIfNeeded: step), node))
        }
        var index = 0
        while index < queue.count {
            let parent = queue[index]
            index += 1
            for (byte, node) in children[parent] ?? [] {
                let fallback = parent == 0 ? 0 : self.next(self.nodes[parent].fallback, byte)
                self.nodes[node].fallback = fallback
                self.nodes[node].nextWord =
                    self.nodes[fallback].word == nil ? self.nodes[fallback].nextWord : fallback
                queue.append(node)
            }
        }
    }

    private func next(_ node: Int, _ byte: UInt8) -> Int {
        var node = node
        while true {
            if let next = self.steps[Self.step(node, byte)] { return next }
            if node == 0 { return 0 }
            node = self.nodes[node].fallback
        }
    }

    /// Whether one of the words is in a text.
    package func isIn(_ text: String) -> Bool {
        guard self.nodes.count > 1 else { return false }
        var folded = Self.folded(text)
        return folded.withUTF8 { bytes in
            var node = 0
            for (index, byte) in bytes.enumerated() {
                node = self.next(node, byte)
                // At most one word of each length ends here.
                var candidate = self.nodes[node].word == nil ? self.nodes[node].nextWord : node
                while candidate != 0 {
                    if let word = self.nodes[candidate].word, Self.stands(word, endingAt: index, in: bytes) {
                        return true
                    }
                    candidate = self.nodes[candidate].nextWord
                }
            }
            return false
        }
    }

    private static func stands(_ word: Ending, endingAt index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let (start, end) = (index + 1 - word.bytes, index + 1)
        if word.needsStart, start > 0, Self.scalar(before: start, in: bytes)?.isInWords == true { return false }
        if word.needsEnd, end < bytes.count, Self.scalar(from: end, in: bytes)?.isInWords == true { return false }
        return true
    }

    private static func scalar(before end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
        var start = end - 1
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return Self.scalar(from: start, in: bytes)
    }

    private static func scalar(from start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
        var end = start + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.first
    }

    /// A text in the form in which it is compared.
    private static func folded(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars where !scalar.isInvisible {
            switch scalar {
            // In upper case there is one sigma for both places, and SS for ß; lower case alone does not undo that.
            case "ς": kept.append("σ")
            case "ß": kept.append(contentsOf: "ss".unicodeScalars)
            default: kept.append(scalar)
            }
        }
        // Without what was between them, combining marks may form longer runs.
        return String(kept).streamSafe.normalizedNFC
    }
}

extension Unicode.Scalar {
    /// Whether it continues a word that it stands beside: a letter, mark or digit of a script that separates words.
    fileprivate var isInWords: Bool {
        switch self.value {
        // Thai, Lao, Burmese, Khmer; Hangul; Kana; Han.
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x1100...0x11FF, 0x3040...0x30FF, 0x3130...0x318F,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            return false
        default: break
        }
        switch self.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .nonspacingMark, .spacingMark:
            return true
        default: return false
        }
    }
}
