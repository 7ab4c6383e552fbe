/// The first line of a request (RFC 9112, section 3).
struct RequestLine: Sendable {
    var method: RequestHead.Method
    var target: RequestTarget
    /// Whether it is HTTP/1.1 or a later 1.x.
    var isCurrent: Bool

    /// Reads a line, without its end.
    ///
    /// - Throws: ``RequestFault``.
    init(_ line: ArraySlice<UInt8>) throws(RequestFault) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw .malformed("a request is a method, a target and a version, with one space between")
        }
        self.isCurrent = try Self.version(parts[2])
        guard !parts[0].isEmpty, parts[0].allSatisfy(ASCII.isToken) else {
            throw .malformed("a request begins with a method")
        }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard let method = RequestHead.Method(rawValue: name) else { throw .unknownMethod }
        self.method = method
        guard parts[1].count <= RequestHeadReader.maximumTarget else {
            throw .targetTooLong(RequestHeadReader.maximumTarget)
        }
        guard !parts[1].contains(UInt8(ascii: "\t")) else { throw .malformed("a target has no blanks") }
        self.target = try RequestTarget(parts[1])
    }

    private static func version(_ bytes: ArraySlice<UInt8>) throws(RequestFault) -> Bool {
        let digits = bytes.dropFirst(5)
        guard bytes.starts(with: "HTTP/".utf8), digits.count == 3, let major = digits.first, let minor = digits.last,
            ASCII.isDigit(major), ASCII.isDigit(minor), digits[digits.startIndex + 1] == UInt8(ascii: ".")
        else { throw .malformed("a request line ends with HTTP/1.1") }
        guard major == UInt8(ascii: "1") else { throw .unknownVersion }
        return minor >= UInt8(ascii: "1")
    }
}

extension RequestHead {
    /// Reads a whole head.
    ///
    /// - Parameters:
    ///   - line: The first line.
    ///   - bytes: The head with the empty line at its end.
    ///   - lineEnds: The end of each line, after its line feed.
    /// - Throws: ``RequestFault``.
    init(_ line: RequestLine, _ bytes: [UInt8], lineEnds: [Int]) throws(RequestFault) {
        guard lineEnds.count - 2 <= RequestHeadReader.maximumFields else {
            throw .tooManyFields(RequestHeadReader.maximumFields)
        }
        var fields: [Field] = []
        fields.reserveCapacity(lineEnds.count)
        for (start, end) in zip(lineEnds, lineEnds.dropFirst().dropLast()) {
            fields.append(try Self.field(bytes, start..<(end - 2)))
        }
        self.method = line.method
        self.target = line.target
        self.isCurrent = line.isCurrent
        self.framing = .none
        self.isPersistent = false
        self.expectsContinue = false
        self.bytes = bytes
        self.fields = fields
        self.authority = try self.readAuthority()
        self.framing = try self.readFraming()
        self.isPersistent = self.isCurrent && !self.has("close", in: "connection")
        if self.isCurrent, self.hasField("expect") {
            guard self.elements(of: "expect").allSatisfy({ $0.isEqual(ignoringCase: "100-continue") }) else {
                throw .expectation
            }
            self.expectsContinue = self.framing != .none
        }
    }

    /// Reads a field line (RFC 9112, section 5); one that begins with a blank would continue the line before it.
    private static func field(_ bytes: [UInt8], _ line: Range<Int>) throws(RequestFault) -> Field {
        guard let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")) else { throw .malformed("a field has a colon") }
        guard colon > line.lowerBound, bytes[line.lowerBound..<colon].allSatisfy(ASCII.isToken) else {
            throw .malformed("a field begins with its name, with the colon right behind it")
        }
        let value = bytes[(colon + 1)..<line.upperBound].trimmed
        return Field(name: line.lowerBound..<colon, value: value.startIndex..<value.endIndex)
    }

    /// The requested host (RFC 9112, section 3.2): exactly one, but HTTP/1.0 may leave it out.
    private func readAuthority() throws(RequestFault) -> String? {
        let hosts = self.values(of: "host")
        guard hosts.count == 1 || hosts.isEmpty && !self.isCurrent else {
            throw .malformed("a request has one Host")
        }
        let host = try hosts.first.map { host throws(RequestFault) in try Authority.read(host) }
        return self.target.authority ?? host
    }

    /// The rule for finding the end of the body; a request that two readers could understand differently is refused.
    private func readFraming() throws(RequestFault) -> Framing {
        let lengths = self.values(of: "content-length")
        guard self.hasField("transfer-encoding") else {
            guard let length = lengths.first else { return .none }
            guard lengths.count == 1, !length.isEmpty, length.allSatisfy(ASCII.isDigit) else {
                throw .malformed("Content-Length is one number")
            }
            guard length.count < 19, let count = Int(String(decoding: length, as: UTF8.self)) else {
                throw RequestFault(413, "a body of so many bytes is not taken")
            }
            return count == 0 ? .none : .length(count)
        }
        guard lengths.isEmpty else { throw .malformed("a body has a Content-Length or a Transfer-Encoding, not both") }
        guard self.isCurrent else { throw .malformed("HTTP/1.0 knows no Transfer-Encoding") }
        let codings = self.elements(of: "transfer-encoding")
        guard codings.last?.isEqual(ignoringCase: "chunked") == true else {
            throw .malformed("a Transfer-Encoding ends with chunked")
        }
        guard codings.count == 1 else { throw .unknownCoding }
        return .chunked
    }
}
