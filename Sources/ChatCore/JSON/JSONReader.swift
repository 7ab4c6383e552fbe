/// A strict pull parser for JSON (RFC 8259) that reads bytes in place.
///
/// It is made for the one JSON object in each message: a field is read directly into the expected type, without a tree.
/// Invalid JSON throws ``JSONError``. Nothing is repaired, so a lone surrogate or a byte that is not UTF-8 is never
/// passed on.
package struct JSONReader {
    /// The deepest nesting of objects and arrays.
    package static let maximumDepth = 32

    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    private var depth = 0

    /// Reads from bytes that the caller keeps valid for as long as the reader is used.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The kind of the next value.
    package enum Kind: Equatable { case object, array, string, number, bool, null }

    /// Looks at the next value without reading it.
    package mutating func peekKind() throws(JSONError) -> Kind {
        self.skipWhitespace()
        guard let byte = self.peek() else { throw self.unexpected() }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw self.unexpected()
        }
    }

    /// Reads an object, handing each key to `member`, which must read or skip the value that follows.
    ///
    /// A key stays bytes: a peer may send any key, of any length.
    package mutating func readObject(
        _ member: (inout JSONReader, JSONText) throws(JSONError) -> Void
    ) throws(JSONError) {
        try self.enter(UInt8(ascii: "{"))
        guard !self.skip(UInt8(ascii: "}")) else { return self.depth -= 1 }
        repeat {
            self.skipWhitespace()
            let key = try self.readText()
            self.skipWhitespace()
            try self.expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while self.skip(UInt8(ascii: ","))
        try self.expect(UInt8(ascii: "}"))
        self.depth -= 1
    }

    /// Reads an array, calling `element` before each value, which it must read or skip.
    package mutating func readArray(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try self.enter(UInt8(ascii: "["))
        guard !self.skip(UInt8(ascii: "]")) else { return self.depth -= 1 }
        repeat { try element(&self) } while self.skip(UInt8(ascii: ","))
        try self.expect(UInt8(ascii: "]"))
        self.depth -= 1
    }

    /// Reads `true` or `false`.
    package mutating func readBool() throws(JSONError) -> Bool {
        self.skipWhitespace()
        if self.skipLiteral("true") { return true }
        if self.skipLiteral("false") { return false }
        throw self.unexpected()
    }

    /// Reads a number; nil for one with a fraction, an exponent or more digits than an `Int` holds.
    package mutating func readInteger() throws(JSONError) -> Int? {
        self.skipWhitespace()
        let start = self.offset
        let isInteger = try self.skipNumber()
        guard isInteger else { return nil }
        return self.integer(start..<self.offset)
    }

    /// Reads a number of any form; nil for one with more than 32 characters, which nobody needs.
    package mutating func readNumber() throws(JSONError) -> Double? {
        self.skipWhitespace()
        let start = self.offset
        _ = try self.skipNumber()
        guard self.offset - start <= 32 else { return nil }
        return Double(String(decoding: self.bytes[start..<self.offset], as: UTF8.self))
    }

    private func integer(_ range: Range<Int>) -> Int? {
        // Eighteen digits always fit.
        guard range.upperBound - range.lowerBound <= 18, self.bytes[range.lowerBound] != UInt8(ascii: "-") else {
            // No number with more digits than these and a sign fits.
            return range.count <= 20 ? Int(String(decoding: self.bytes[range], as: UTF8.self)) : nil
        }
        var value = 0
        var index = range.lowerBound
        while index < range.upperBound {
            value = value * 10 + Int(self.bytes[index] - UInt8(ascii: "0"))
            index += 1
        }
        return value
    }

    /// Reads any value and drops it.
    package mutating func skipValue() throws(JSONError) {
        switch try self.peekKind() {
        case .object: try self.readObject { reader, _ throws(JSONError) in try reader.skipValue() }
        case .array: try self.readArray { reader throws(JSONError) in try reader.skipValue() }
        case .string: _ = try self.readText()
        case .number: _ = try self.skipNumber()
        case .bool: _ = try self.readBool()
        case .null: try self.readNull()
        }
    }

    /// Reads `null`.
    package mutating func readNull() throws(JSONError) {
        self.skipWhitespace()
        guard self.skipLiteral("null") else { throw self.unexpected() }
    }

    /// Checks that nothing but white space is left.
    package mutating func readEnd() throws(JSONError) {
        self.skipWhitespace()
        guard self.offset == self.bytes.count else { throw self.unexpected() }
    }
}

/// The reason why bytes were not the expected JSON.
package struct JSONError: Error, Equatable {
    /// The fault, for people.
    package let detail: String

    package init(detail: String) { self.detail = detail }
}

// MARK: - Strings

extension JSONReader {
    /// Reads a string.
    package mutating func readString() throws(JSONError) -> String { try self.readText().string }

    /// Reads a string without making a `String`: it is checked in place.
    package mutating func readText() throws(JSONError) -> JSONText {
        try self.expect(UInt8(ascii: "\""))
        let start = self.offset
        var hasEscapes = false
        while true {
            self.offset += ByteScan.plainPrefix(UnsafeRawBufferPointer(rebasing: self.bytes[self.offset...]))
            guard let byte = self.peek() else { throw .endlessString }
            switch byte {
            case UInt8(ascii: "\""):
                let raw = UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.offset])
                guard ByteScan.isUTF8(raw) else { throw JSONError(detail: "not UTF-8") }
                self.offset += 1
                return JSONText(checked: raw, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                self.offset += 1
                _ = try JSONEscape.read(self.bytes, at: &self.offset)
            case ..<0x20: throw JSONError(detail: "control character in a string")
            default: self.offset += 1
            }
        }
    }
}

// MARK: - Bytes

extension JSONReader {
    private func peek() -> UInt8? { self.offset < self.bytes.count ? self.bytes[self.offset] : nil }

    private func unexpected() -> JSONError {
        self.peek() == nil
            ? JSONError(detail: "it ends too early")
            : JSONError(detail: "unexpected character at byte \(self.offset)")
    }

    private mutating func skipWhitespace() {
        while let byte = self.peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.offset += 1 }
    }

    /// Skips white space and then the byte, if it is the next one.
    private mutating func skip(_ byte: UInt8) -> Bool {
        self.skipWhitespace()
        guard self.peek() == byte else { return false }
        self.offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard self.skip(byte) else { throw self.unexpected() }
    }

    private mutating func enter(_ byte: UInt8) throws(JSONError) {
        try self.expect(byte)
        self.depth += 1
        guard self.depth <= Self.maximumDepth else { throw JSONError(detail: "nested too deeply") }
    }

    private mutating func skipLiteral(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard self.bytes.count - self.offset >= count else { return false }
        for index in 0..<count where self.bytes[self.offset + index] != literal.utf8Start[index] { return false }
        self.offset += count
        return true
    }

    /// Skips a number; returns whether it has neither fraction nor exponent.
    private mutating func skipNumber() throws(JSONError) -> Bool {
        self.skipWhitespace()
        if self.peek() == UInt8(ascii: "-") { self.offset += 1 }
        if self.peek() == UInt8(ascii: "0") { self.offset += 1 } else { try self.skipDigits() }
        var isInteger = true
        if self.peek() == UInt8(ascii: ".") {
            isInteger = false
            self.offset += 1
            try self.skipDigits()
        }
        if self.peek() == UInt8(ascii: "e") || self.peek() == UInt8(ascii: "E") {
            isInteger = false
            self.offset += 1
            if self.peek() == UInt8(ascii: "+") || self.peek() == UInt8(ascii: "-") { self.offset += 1 }
            try self.skipDigits()
        }
        return isInteger
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = self.offset
        while let byte = self.peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.offset += 1 }
        guard self.offset > start else { throw self.unexpected() }
    }
}
