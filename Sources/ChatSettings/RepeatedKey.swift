/// Looks for a key that an object of a JSON text has twice: of two values, readers take the first or the last.
struct RepeatedKey {
    /// The keys of the objects that are open here; nil for a list.
    private var open: [Set<ArraySlice<UInt8>>?] = []
    /// Whether a string at this place is a key.
    private var isKeyNext = false

    /// Looks through a text.
    ///
    /// - Parameter text: Valid JSON.
    /// - Returns: The first key that comes again in its object, as it is written there; nil: none does.
    static func first(in text: [UInt8]) -> String? {
        var search = Self()
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            guard byte == UInt8(ascii: "\"") else {
                search.pass(byte)
                continue
            }
            let key = Self.string(in: text, from: index)
            index = key.endIndex + 1
            if search.isRepeated(key) { return String(decoding: key, as: UTF8.self) }
        }
        return nil
    }

    private mutating func pass(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"):
            self.open.append([])
            self.isKeyNext = true
        case UInt8(ascii: "["):
            self.open.append(nil)
            self.isKeyNext = false
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            _ = self.open.popLast()
            self.isKeyNext = false
        case UInt8(ascii: ","): self.isKeyNext = self.open.last.map { $0 != nil } ?? false
        case UInt8(ascii: ":"): self.isKeyNext = false
        default: break
        }
    }

    /// A string was passed.
    private mutating func isRepeated(_ key: ArraySlice<UInt8>) -> Bool {
        guard self.isKeyNext, let last = self.open.indices.last else { return false }
        return self.open[last]?.insert(key).inserted == false
    }

    /// The bytes of a string, up to its closing quote.
    private static func string(in text: [UInt8], from start: Int) -> ArraySlice<UInt8> {
        var end = start
        while end < text.endIndex, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return text[start..<min(end, text.endIndex)]
    }
}
