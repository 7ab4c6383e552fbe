package import NIOCore

/// Writes one JSON object, field by field, into bytes that are sent unchanged.
///
/// Fields come in the order in which they are written: the head of a publication depends on it.
package struct JSONWriter {
    /// The space for most messages.
    static let usualBytes = 192

    /// The bytes written so far.
    package private(set) var buffer: ByteBuffer
    /// What comes before the next name: the brace of the object, or a comma.
    private var separator: StaticString = "{\""

    /// Begins an object with space for most messages, so that it need not grow field by field.
    package init() { self.init(appendingTo: ByteBufferAllocator().buffer(capacity: Self.usualBytes)) }

    /// Begins an object.
    ///
    /// - Parameter buffer: The buffer to which it is appended.
    package init(appendingTo buffer: consuming ByteBuffer) { self.buffer = buffer }

    /// Ends the object and returns the bytes, which the writer has no longer.
    ///
    /// It does not consume the writer: with a copy at the caller, the buffer would copy itself for the last byte.
    package mutating func finish() -> ByteBuffer {
        let isEmpty = self.separator.utf8Start.pointee == UInt8(ascii: "{")
        self.buffer.write(atMost: 2) { $0.write(isEmpty ? "{}" : "}") }
        return exchange(&self.buffer, with: ByteBuffer())
    }

    package mutating func field(_ name: StaticString, _ value: String) {
        let separator = self.takeSeparator()
        self.buffer.writeJSONString(value, leadBytes: Self.bytes(of: name)) {
            Self.write(name, after: separator, to: &$0)
        }
    }

    package mutating func field(_ name: StaticString, _ value: Int) {
        self.name(name, valueBytes: ByteSink.maximumDigits) { $0.write(decimal: value) }
    }

    package mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name, valueBytes: 5) { $0.write(value ? "true" : "false") }
    }

    /// Writes a field whose name is known only when the program runs.
    package mutating func field(named name: String, _ value: String) {
        // The name brings its own quotation mark.
        let separator = self.takeSeparator()
        self.buffer.writeStaticString(separator.utf8Start.pointee == UInt8(ascii: "{") ? "{" : ",")
        self.buffer.writeJSONString(name)
        self.buffer.writeJSONString(value, after: ":")
    }

    /// Writes a nested object.
    package mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        self.nest(body)
    }

    /// Writes an array of objects.
    package mutating func array<Elements: Sequence>(
        _ name: StaticString,
        _ elements: Elements,
        _ body: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.array(name, elements: elements) { buffer, element in
            var nested = JSONWriter(appendingTo: exchange(&buffer, with: ByteBuffer()))
            body(&nested, element)
            buffer = nested.finish()
        }
    }

    /// Writes an array of objects that are encoded already.
    package mutating func array(_ name: StaticString, encoded elements: some Sequence<ByteBuffer>) {
        self.array(name, elements: elements) { buffer, element in buffer.writeImmutableBuffer(element) }
    }

    /// Writes an array of strings.
    package mutating func array(_ name: StaticString, _ elements: [String]) {
        self.array(name, elements: elements) { buffer, element in buffer.writeJSONString(element) }
    }

    /// Writes an array whose elements write themselves.
    mutating func array<Elements: Sequence>(
        _ name: StaticString,
        elements: Elements,
        _ write: (inout ByteBuffer, Elements.Element) -> Void
    ) {
        self.name(name)
        self.buffer.writeStaticString("[")
        var isFirst = true
        for element in elements {
            if !isFirst { self.buffer.writeStaticString(",") }
            isFirst = false
            write(&self.buffer, element)
        }
        self.buffer.writeStaticString("]")
    }

    private mutating func nest(_ body: (inout JSONWriter) -> Void) {
        // The buffer moves into the nested writer and back, so that it is never shared and never copied.
        var nested = JSONWriter(appendingTo: exchange(&self.buffer, with: ByteBuffer()))
        body(&nested)
        self.buffer = nested.finish()
    }

    /// Writes the name of a field, and the output of `value`, at most this many bytes.
    mutating func name(
        _ name: StaticString,
        valueBytes: Int = 0,
        _ value: (inout ByteSink) -> Void = { _ in }
    ) {
        let separator = self.takeSeparator()
        self.buffer.write(atMost: Self.bytes(of: name) + valueBytes) { sink in
            Self.write(name, after: separator, to: &sink)
            value(&sink)
        }
    }

    private mutating func takeSeparator() -> StaticString {
        let separator = self.separator
        self.separator = ",\""
        return separator
    }

    /// The bytes of a name with what is around it.
    private static func bytes(of name: StaticString) -> Int { name.utf8CodeUnitCount + 4 }

    @inline(__always)
    private static func write(_ name: StaticString, after separator: StaticString, to sink: inout ByteSink) {
        sink.write(separator)
        sink.write(name)
        sink.write("\":")
    }
}

func exchange<Value>(_ place: inout Value, with new: Value) -> Value {
    let old = place
    place = new
    return old
}
