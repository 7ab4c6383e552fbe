import ChatCore

/// The fields of a JSON object in a token or a key, each once: what is there twice has two meanings.
///
/// Reading costs no more than the length of the JSON, whatever is in it.
struct JSONFields {
    /// A value.
    enum Value: Equatable {
        case text(String)
        /// A number; infinite where it has too many digits to be one of ours.
        case number(Double)
        case list([Value])
        case object(Object)
        case truth(Bool)
        case null
    }

    /// An object, in the order in which it came.
    struct Object: Equatable {
        var names: [ByteString] = []
        var values: [Value] = []
    }

    private let part: String
    private let values: [ByteString: Value]

    /// Reads an object.
    ///
    /// - Parameters:
    ///   - json: Its bytes.
    ///   - part: The name of the object, for the error.
    /// - Throws: ``TokenRefusal/invalid(_:)`` when it is none, or has a name twice.
    init(_ json: [UInt8], of part: String) throws(TokenRefusal) {
        do throws(JSONError) {
            self.init(try Self.object(json), of: part)
        } catch {
            throw .invalid("the \(part) is not a JSON object: \(error.detail)")
        }
    }

    /// Takes the fields of an object that was read.
    init(_ object: Object, of part: String) {
        self.part = part
        self.values = Dictionary(zip(object.names, object.values)) { first, _ in first }
    }

    private static func object(_ json: [UInt8]) throws(JSONError) -> Object {
        let result: Result<Object, JSONError> = json.withUnsafeBytes { bytes in
            do throws(JSONError) {
                var reader = JSONReader(bytes)
                let object = try Self.object(&reader)
                try reader.readEnd()
                return .success(object)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func object(_ reader: inout JSONReader) throws(JSONError) -> Object {
        var object = Object()
        var known: Set<ByteString> = []
        try reader.readObject { reader, key throws(JSONError) in
            let name = ByteString(key.string)
            guard known.insert(name).inserted else { throw JSONError(detail: "a name is there twice") }
            object.names.append(name)
            object.values.append(try Self.value(&reader))
        }
        return object
    }

    private static func value(_ reader: inout JSONReader) throws(JSONError) -> Value {
        switch try reader.peekKind() {
        case .object: return .object(try Self.object(&reader))
        case .array:
            var elements: [Value] = []
            try reader.readArray { reader throws(JSONError) in elements.append(try Self.value(&reader)) }
            return .list(elements)
        case .string: return .text(try reader.readString())
        case .number: return .number(try reader.readNumber() ?? .infinity)
        case .bool: return .truth(try reader.readBool())
        case .null:
            try reader.readNull()
            return .null
        }
    }
}

extension JSONFields {
    /// The value of a field; nil where it is absent or null.
    func value(of name: String) -> Value? {
        guard let value = self.values[ByteString(name)], value != .null else { return nil }
        return value
    }

    /// A string that is not empty; nil where the field is absent.
    ///
    /// - Throws: ``TokenRefusal/invalid(_:)`` when it is something else, empty, or longer than the limit.
    func text(_ name: String, atMost limit: Int) throws(TokenRefusal) -> String? {
        guard let value = self.value(of: name) else { return nil }
        guard case .text(let text) = value, (1...limit).contains(text.utf8.count) else {
            throw .invalid("\(name) is a string of at most \(limit) bytes")
        }
        return text
    }

    /// A time in milliseconds since the Unix epoch, which the field has in seconds; nil where it is absent.
    ///
    /// - Throws: ``TokenRefusal/invalid(_:)`` when it is something else, or beyond the year 9999.
    func time(_ name: String) throws(TokenRefusal) -> Int? {
        guard let value = self.value(of: name) else { return nil }
        guard case .number(let seconds) = value, (0...253_402_300_799).contains(seconds) else {
            throw .invalid("\(name) is a time in seconds since 1970")
        }
        return Int(seconds * 1000)
    }
}
