/// Bytes to lines: a machine without I/O.
///
/// Programs that draw their progress overwrite the line with a carriage return: the last state of such a line counts,
/// as on a terminal.
package struct LineSplitter: Sendable {
    /// The most bytes of a line.
    ///
    /// Of a longer one this many and one are kept, which no server takes unless its operator has raised the limit of texts so
    /// far: what is behind them would be another message.
    package static let maximumBytes = 1 << 20
    /// The mark that some editors put at the beginning of a file; it is no part of the text.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private var rest: [UInt8] = []
    /// Whether the last byte was a carriage return: it is part of the line's end, or the next bytes overwrite the line.
    private var isReturned = false
    private var isFirst = true

    package init() {}

    /// Takes bytes, returns the lines that they complete, without their ends.
    package mutating func feed(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"): lines.append(self.take())
            case UInt8(ascii: "\r"): self.isReturned = true
            default:
                if self.isReturned {
                    self.rest.removeAll(keepingCapacity: true)
                    self.isReturned = false
                }
                if self.rest.count <= Self.maximumBytes { self.rest.append(byte) }
            }
        }
        return lines
    }

    /// The last line, when it had no end; nil when there is none.
    package mutating func finish() -> String? { self.rest.isEmpty ? nil : self.take() }

    private mutating func take() -> String {
        defer {
            self.rest = []
            self.isReturned = false
            self.isFirst = false
        }
        let hasMark = self.isFirst && self.rest.starts(with: Self.byteOrderMark)
        return String(decoding: hasMark ? self.rest[3...] : self.rest[...], as: UTF8.self)
    }
}
