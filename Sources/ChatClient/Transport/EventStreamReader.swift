internal import NIOCore

/// What comes on a stream of events.
enum StreamPart: Equatable, Sendable {
    /// The data of an event.
    case event(ByteBuffer)
    /// A comment, or an event without data: the other side is alive.
    case heartbeat
}

/// Reads Server-Sent Events (HTML Living Standard, section 9.2) as this project's servers write them: lines end with a
/// line feed, and the data of an event is one line.
struct EventStreamReader {
    /// An event is longer than any that a server sends.
    struct TooLong: Error {}

    private var input = ByteBuffer()
    /// The number of bytes in which no event ends.
    private var scanned = 0

    /// Bytes came.
    mutating func append(_ bytes: ByteBuffer) {
        self.input.discardReadBytes()
        self.input.writeImmutableBuffer(bytes)
    }

    /// The next part; nil until more comes.
    ///
    /// - Throws: ``TooLong``.
    mutating func next() throws(TooLong) -> StreamPart? {
        let view = self.input.readableBytesView
        var index = view.startIndex + self.scanned
        while index + 1 < view.endIndex {
            guard view[index] == UInt8(ascii: "\n"), view[index + 1] == UInt8(ascii: "\n") else {
                index += 1
                continue
            }
            let length = index - view.startIndex
            self.scanned = 0
            let block = self.input.readSlice(length: length) ?? ByteBuffer()
            self.input.moveReaderIndex(forwardBy: 2)
            return Self.part(block)
        }
        self.scanned = index - view.startIndex
        guard self.scanned <= LinkHandler.maximumMessageBytes else { throw TooLong() }
        return nil
    }

    private static func part(_ block: ByteBuffer) -> StreamPart {
        let name = "data: "
        for line in block.readableBytesView.split(separator: UInt8(ascii: "\n")) where line.starts(with: name.utf8) {
            return .event(ByteBuffer(bytes: line.dropFirst(name.utf8.count)))
        }
        return .heartbeat
    }
}
