internal import Glibc

/// Standard input, read only when somebody asks: what is not asked for stays with the one who writes it.
struct StandardInput: Sendable {
    private let descriptor = DescriptorWait()

    /// What a read gave.
    enum Chunk: Sendable {
        case bytes([UInt8])
        /// Nothing came in time.
        case timeout
        /// Nothing will come any more, or the task was cancelled.
        case end
    }

    /// Waits for bytes.
    ///
    /// - Parameter milliseconds: How long at most; nil: for ever.
    /// - Returns: What came.
    func read(within milliseconds: Int32? = nil) async -> Chunk {
        switch await self.descriptor.wait(for: STDIN_FILENO, POLLIN, within: milliseconds) {
        case .timeout: return .timeout
        case .cancelled: return .end
        case .ready: break
        }
        var buffer = [UInt8](repeating: 0, count: 16384)
        var count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
        while count < 0, errno == EINTR || errno == EAGAIN {
            count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
        }
        return count > 0 ? .bytes(Array(buffer.prefix(count))) : .end
    }
}

/// Bytes to lines: a machine without I/O.
struct LineSplitter: Sendable {
    /// The most bytes of a line; a longer one is cut there.
    static let maximumBytes = 1 << 20

    private var rest: [UInt8] = []

    /// Takes bytes, gives the lines that they complete, without their ends.
    mutating func feed(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || self.rest.count >= Self.maximumBytes {
                lines.append(self.take())
                if byte == UInt8(ascii: "\n") { continue }
            }
            self.rest.append(byte)
        }
        return lines
    }

    /// The last line, when it had no end; nil when there is none.
    mutating func finish() -> String? { self.rest.isEmpty ? nil : self.take() }

    private mutating func take() -> String {
        if self.rest.last == UInt8(ascii: "\r") { self.rest.removeLast() }
        defer { self.rest = [] }
        return String(decoding: self.rest, as: UTF8.self)
    }
}
