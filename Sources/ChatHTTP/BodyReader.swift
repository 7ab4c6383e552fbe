package import NIOCore

/// Gathers the body of a request: a state machine over bytes, with bounds for the bytes that it keeps and skips.
package struct BodyReader: Sendable {
    private enum State {
        /// This many bytes of the body, or of a chunk, are still to come.
        case data(Int, isChunk: Bool)
        /// The end of a chunk's data.
        case chunkEnd
        /// The line with a chunk's size.
        case chunkSize
        /// The fields after the last chunk, up to an empty line.
        case trailers
        case done
    }

    /// The most bytes of lines between chunks and after them, in all.
    private static let maximumOverhead = 16 << 10
    /// The longest of these lines.
    private static let maximumLine = 4096

    private let limit: Int
    private var state: State
    private var overhead = 0
    /// The amount of input that has been searched for the end of a line.
    private var scanned = 0
    private var body = ByteBuffer()
    /// The number of bytes that were taken from the connection.
    package private(set) var taken = 0

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - framing: The rule for the end of the body.
    ///   - limit: The most bytes of the body.
    /// - Throws: ``RequestFault`` when its length is larger.
    package init(_ framing: RequestHead.Framing, limit: Int) throws(RequestFault) {
        self.limit = limit
        switch framing {
        case .none: self.state = .done
        case .length(let length):
            guard length <= limit else { throw .bodyTooLarge(limit) }
            self.state = .data(length, isChunk: false)
        case .chunked: self.state = .chunkSize
        }
    }

    /// Takes input.
    ///
    /// - Parameter input: The input; bytes of the body are removed from it.
    /// - Returns: The body when it is complete; nil until more bytes come.
    /// - Throws: ``RequestFault``.
    package mutating func read(_ input: inout ByteBuffer) throws(RequestFault) -> ByteBuffer? {
        let before = input.readableBytes
        defer { self.taken += before - input.readableBytes }
        while true {
            switch self.state {
            case .done: return self.body
            case .data(let remaining, let isChunk):
                guard var bytes = input.readSlice(length: min(remaining, input.readableBytes)) else { return nil }
                let rest = remaining - bytes.readableBytes
                self.body.writeBuffer(&bytes)
                self.state = rest > 0 ? .data(rest, isChunk: isChunk) : isChunk ? .chunkEnd : .done
                if rest > 0 { return nil }
            case .chunkEnd:
                guard let line = try self.line(&input) else { return nil }
                guard line.isEmpty else { throw .malformed("a chunk is longer than it says") }
                self.state = .chunkSize
            case .chunkSize:
                guard let line = try self.line(&input) else { return nil }
                let size = try Self.size(line)
                guard size <= self.limit - self.body.readableBytes else { throw .bodyTooLarge(self.limit) }
                self.state = size > 0 ? .data(size, isChunk: true) : .trailers
            case .trailers:
                guard let line = try self.line(&input) else { return nil }
                if line.isEmpty { self.state = .done }
            }
        }
    }

    /// The size at the beginning of a line; extensions after a `;` are ignored (RFC 9112, section 7.1.1).
    private static func size(_ line: [UInt8]) throws(RequestFault) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }.trimmed
        guard (1...15).contains(digits.count) else { throw .malformed("a chunk begins with its size") }
        var size = 0
        for digit in digits {
            guard let value = ASCII.hexadecimal(digit) else { throw .malformed("a chunk begins with its size") }
            size = size << 4 | value
        }
        return size
    }

    /// The next line, without its end; nil until it has come.
    private mutating func line(_ input: inout ByteBuffer) throws(RequestFault) -> [UInt8]? {
        let view = input.readableBytesView.dropFirst(self.scanned)
        guard let end = view.firstIndex(of: ASCII.lineFeed) else {
            self.scanned = input.readableBytes
            guard self.scanned <= Self.maximumLine else { throw .malformed("the size of a chunk is too long") }
            return nil
        }
        self.scanned = 0
        let length = end - input.readerIndex + 1
        self.overhead += length
        guard length <= Self.maximumLine, self.overhead <= Self.maximumOverhead + self.body.readableBytes else {
            throw .malformed("there is more between the chunks than in them")
        }
        guard let line = input.readBytes(length: length), line.count >= 2, line[line.count - 2] == ASCII.carriageReturn
        else { throw .malformed("a line ends with CR and LF") }
        return Array(line.dropLast(2))
    }
}
