package import NIOCore

/// Finds the head of a request in the bytes of a connection: a state machine that looks at each byte once.
///
/// Faults in the first bytes are reported at once: a peer that uses TLS, or sends a line without an end, need not wait
/// until the time for a head is over.
package struct RequestHeadReader: Sendable {
    /// The most bytes of a head, and of a target.
    package static let maximumBytes = 16 << 10
    package static let maximumTarget = 8 << 10
    /// The most fields of a head.
    package static let maximumFields = 100
    /// The longest method; no known one is as long.
    static let maximumMethod = 32
    /// The number of empty lines allowed before a request (RFC 9112, section 2.2: at least one must be ignored).
    static let maximumEmptyLines = 4

    /// The amount of input that has been read.
    private var scanned = 0
    /// The end of the method, if it has come.
    private var methodEnd: Int?
    /// The first line, once it has come.
    private var line: RequestLine?
    /// The ends of the lines found so far, each after its line feed.
    private var lineEnds: [Int] = []
    private var isAfterReturn = false
    private var emptyLines = 0

    package init() {}

    /// The bytes that it keeps of a head that is not complete, beside the input.
    package var heldBytes: Int {
        (self.line?.target.heldBytes ?? 0) + self.lineEnds.count * MemoryLayout<Int>.stride
    }

    /// Looks for a head.
    ///
    /// - Parameter input: The input; a complete head is removed from it.
    /// - Returns: The head; nil until more bytes come.
    /// - Throws: ``RequestFault``.
    package mutating func read(_ input: inout ByteBuffer) throws(RequestFault) -> RequestHead? {
        while let end = try self.nextLine(input) {
            if let line = self.line {
                let isLast = end - (self.lineEnds.last ?? 0) == 2
                self.lineEnds.append(end)
                guard isLast else { continue }
                let bytes = input.readBytes(length: end) ?? []
                let lineEnds = self.lineEnds
                self = RequestHeadReader()
                return try RequestHead(line, bytes, lineEnds: lineEnds)
            }
            if end == 2 {
                try self.skipEmptyLine(&input)
            } else {
                self.lineEnds.append(end)
                // A fault in the first line is reported without waiting for the rest.
                let line = input.getBytes(at: input.readerIndex, length: end - 2) ?? []
                self.line = try RequestLine(line[...])
            }
        }
        try self.checkSizes()
        return nil
    }

    /// Scans to the end of the next line.
    ///
    /// - Returns: The end of it; nil when it has not come yet, or would end too late.
    private mutating func nextLine(_ input: ByteBuffer) throws(RequestFault) -> Int? {
        let bytes = input.readableBytesUInt8Span
        let count = min(bytes.count, Self.maximumBytes)
        var index = self.scanned
        defer { self.scanned = index }
        while index < count {
            let byte = bytes[index]
            if index == 0, !ASCII.isToken(byte), byte != ASCII.carriageReturn {
                throw .malformed("a request begins with a method")
            }
            if byte == UInt8(ascii: " "), self.methodEnd == nil { self.methodEnd = index }
            index += 1
            guard byte != ASCII.lineFeed else {
                guard self.isAfterReturn else { throw .malformed("a line ends with CR and LF") }
                self.isAfterReturn = false
                return index
            }
            guard !self.isAfterReturn else { throw .malformed("CR stands at the end of a line alone") }
            guard byte >= 0x20 || byte == UInt8(ascii: "\t") || byte == ASCII.carriageReturn, byte != 0x7F else {
                throw .malformed("a head has no control characters")
            }
            self.isAfterReturn = byte == ASCII.carriageReturn
        }
        return nil
    }

    private mutating func skipEmptyLine(_ input: inout ByteBuffer) throws(RequestFault) {
        self.emptyLines += 1
        guard self.emptyLines <= Self.maximumEmptyLines else { throw .malformed("a request begins with a method") }
        input.moveReaderIndex(forwardBy: 2)
        self.scanned = 0
    }

    /// A head without an end within the limits is refused with the status for the part that is too long.
    private func checkSizes() throws(RequestFault) {
        guard self.lineEnds.count <= Self.maximumFields + 1 else { throw .tooManyFields(Self.maximumFields) }
        if self.line == nil {
            let methodEnd = self.methodEnd ?? self.scanned
            guard methodEnd <= Self.maximumMethod else { throw .unknownMethod }
            guard self.scanned - methodEnd <= Self.maximumTarget + 16 else {
                throw .targetTooLong(Self.maximumTarget)
            }
        }
        guard self.scanned < Self.maximumBytes else { throw .headTooLarge(Self.maximumBytes) }
    }
}
