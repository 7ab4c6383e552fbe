/// The head of a request: the target, the fields, the framing of the body, and the future of the connection.
package struct RequestHead: Sendable {
    /// The known methods; the server decides what to do with them.
    package enum Method: String, CaseIterable, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
        case patch = "PATCH"
        case options = "OPTIONS"
        case trace = "TRACE"
    }

    /// The rule for finding the end of the body (RFC 9112, section 6).
    package enum Framing: Equatable, Sendable {
        case none
        /// This many bytes, at least one.
        case length(Int)
        case chunked
    }

    /// A field; its name and its value are places in the head's bytes.
    struct Field: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    package internal(set) var method: Method
    package internal(set) var target: RequestTarget
    /// Whether it is HTTP/1.1 or a later 1.x, and not 1.0.
    package internal(set) var isCurrent: Bool
    package internal(set) var framing: Framing
    /// Whether another request may follow on the connection (RFC 9112, section 9.3).
    package internal(set) var isPersistent: Bool
    /// Whether the client waits for 100 before it sends the body.
    package internal(set) var expectsContinue: Bool
    /// The requested host and port; nil when HTTP/1.0 leaves them out.
    package internal(set) var authority: String?

    let bytes: [UInt8]
    let fields: [Field]

    /// The bytes that it keeps: bytes of the target that are not ASCII have become three each.
    package var heldBytes: Int {
        self.bytes.count + self.fields.count * MemoryLayout<Field>.stride + self.target.heldBytes
    }

    /// The values of a field, in order.
    ///
    /// - Parameter name: The field's name, in lower case.
    /// - Returns: An empty array when there is no such field.
    package func values(of name: StaticString) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        for field in self.fields where self.bytes[field.name].isEqual(ignoringCase: name) {
            values.append(self.bytes[field.value])
        }
        return values
    }

    /// The elements of a field whose value is a list (RFC 9110, section 5.6.1); empty ones are left out.
    func elements(of name: StaticString) -> [ArraySlice<UInt8>] {
        self.values(of: name).flatMap { $0.split(separator: UInt8(ascii: ",")).map(\.trimmed) }.filter { !$0.isEmpty }
    }

    /// Whether a list has a word, in any case.
    ///
    /// - Parameters:
    ///   - token: The word, in lower case.
    ///   - name: The field's name, in lower case.
    /// - Returns: Whether it has the word.
    package func has(_ token: StaticString, in name: StaticString) -> Bool {
        // Mostly the value is the word alone; a list costs memory for its elements.
        self.fields.contains { field in
            self.bytes[field.name].isEqual(ignoringCase: name)
                && (self.bytes[field.value].isEqual(ignoringCase: token)
                    || self.bytes[field.value].split(separator: UInt8(ascii: ",")).contains {
                        $0.trimmed.isEqual(ignoringCase: token)
                    })
        }
    }

    /// Whether a list has a word in exactly this case.
    package func lists(_ word: StaticString, in name: StaticString) -> Bool {
        word.withUTF8Buffer { word in self.elements(of: name).contains { $0.elementsEqual(word) } }
    }

    /// Whether there is such a field.
    package func hasField(_ name: StaticString) -> Bool {
        self.fields.contains { self.bytes[$0.name].isEqual(ignoringCase: name) }
    }

    /// The only value of a field, as ISO 8859-1; nil when there is none, or more than one.
    package func value(of name: StaticString) -> String? {
        let values = self.values(of: name)
        return values.count == 1 ? values[0].latin1 : nil
    }

    /// All fields, their values as ISO 8859-1.
    package var pairs: [(name: String, value: String)] {
        self.fields.map {
            (String(decoding: self.bytes[$0.name], as: UTF8.self), self.bytes[$0.value].latin1)
        }
    }
}
