package import NIOCore

/// A JSON value as a tree, for places where speed does not matter: in clients and for operators.
///
/// Keys and strings are compared by their bytes, like all input from outside.
package enum JSONValue: Equatable, Sendable {
    case object([ByteString: JSONValue])
    case array([JSONValue])
    case string(ByteString)
    /// A whole number, however it is written.
    case integer(Int)
    /// Any other number: the protocol has none. It is not ``null``, which means that a field is missing.
    case fraction
    case bool(Bool)
    case null

    /// Reads one value that fills the bytes.
    ///
    /// - Parameter buffer: The bytes.
    /// - Throws: ``JSONError`` when they are not JSON.
    package init(_ buffer: ByteBuffer) throws(JSONError) {
        let result: Result<JSONValue, JSONError> = buffer.withUnsafeReadableBytes { bytes in
            do throws(JSONError) {
                var reader = JSONReader(bytes)
                let value = try JSONValue(&reader)
                try reader.readEnd()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peekKind() {
        case .object:
            var members: [ByteString: JSONValue] = [:]
            try reader.readObject { reader, key throws(JSONError) in
                members[ByteString(key.string)] = try JSONValue(&reader)
            }
            self = .object(members)
        case .array:
            var elements: [JSONValue] = []
            try reader.readArray { reader throws(JSONError) in elements.append(try JSONValue(&reader)) }
            self = .array(elements)
        case .string: self = .string(ByteString(try reader.readString()))
        case .number: self = try Self.number(&reader)
        case .bool: self = .bool(try reader.readBool())
        case .null:
            try reader.readNull()
            self = .null
        }
    }

    private static func number(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
        var again = reader
        if let value = try reader.readInteger() { return .integer(value) }
        // 5.0 and 5e0 are whole numbers, too, as far as a `Double` is exact: to 2^53-1.
        guard let value = try again.readNumber(), abs(value) < 0x1p53, let whole = Int(exactly: value) else {
            return .fraction
        }
        return .integer(whole)
    }

    package subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[ByteString(key)]
    }

    /// A string, for a type that checks it or a person who reads it.
    package var string: String? { self.word?.rawValue }

    /// A string, to be compared with those that are known.
    package var word: ByteString? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }
}
