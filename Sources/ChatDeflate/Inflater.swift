package import NIOCore

/// Inflates whole messages, one after the other, for all connections of a loop (RFC 7692, section 7.2.2).
///
/// A message refers to nothing before it ("no context takeover"), so an inflater keeps nothing of it: a connection that
/// negotiated compression costs nothing more while it says nothing. zlib's own memory, some 40 KiB, is there from the
/// first message on.
package final class Inflater {
    /// The reason why a message is refused.
    package enum Fault: Error, Equatable {
        /// The bytes are not deflate data, or not whole.
        case broken
        /// The message is longer than the limit.
        case tooLong
        /// The message is longer than ``free``, and more than ``ratio`` times as long as it was sent.
        case tooDense
        /// There are more blocks than a text of this length needs; their headers are what a reader works longest for.
        ///
        /// zlib with the least memory ends a block after 127 characters, which is allowed for 8 KiB.
        case tooManyBlocks
    }

    /// The bytes of a message that may come from any number of bytes.
    package static let free = 16 << 10
    /// The most bytes of a longer message for each byte that was sent.
    package static let ratio = 128
    /// The blocks that any message may have.
    package static let freeBlocks = 64
    /// The least bytes of each further block, on average.
    package static let blockBytes = 256

    /// The bytes that are inflated in one step.
    private static let step = 16 << 10

    private let stream: ZlibStream
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Inflater.step, alignment: 16)

    /// Makes an inflater; fails when zlib has no memory for it.
    package init?() {
        guard let stream = ZlibStream(.inflating) else {
            self.room.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit { self.room.deallocate() }

    /// Inflates a message.
    ///
    /// - Parameters:
    ///   - payload: The payload of its frames, joined.
    ///   - limit: The most bytes of the message.
    /// - Returns: The message.
    /// - Throws: ``Fault``.
    package func inflate(_ payload: ByteBuffer, limit: Int) throws(Fault) -> ByteBuffer {
        self.stream.reset()
        let count = payload.readableBytes
        let longest = min(limit, max(Self.free, count * Self.ratio))
        var message = ByteBuffer()
        let fault = payload.withUnsafeReadableBytes { input in
            self.inflate(input, upTo: longest, to: &message)
        }
        switch fault {
        case .tooLong where longest < limit: throw .tooDense
        case .some(let fault): throw fault
        case nil: return message
        }
    }

    private func inflate(
        _ payload: UnsafeRawBufferPointer,
        upTo longest: Int,
        to message: inout ByteBuffer
    ) -> Fault? {
        var rest = payload
        var blocks = Self.freeBlocks + payload.count / Self.blockBytes
        while true {
            let step = self.stream.inflate(rest, to: self.room)
            rest = UnsafeRawBufferPointer(rebasing: rest[step.read...])
            guard step.written <= longest - message.readableBytes else { return .tooLong }
            message.writeBytes(UnsafeRawBufferPointer(rebasing: self.room[..<step.written]))
            switch step.end {
            case .broken: return .broken
            case .paused:
                // A full room may have been too small.
                if step.written == Self.step { continue }
                guard rest.isEmpty else { return .broken }
                if payload.isEmpty { return nil }
                return self.stream.isFlushed ? nil : .broken
            case .blockEnded:
                blocks -= 1
                guard blocks >= 0 else { return .tooManyBlocks }
            case .finished:
                // "The data end", which their last block has said, is no end for a message (RFC 7692, section 7.2.3.4).
                if rest.isEmpty { return nil }
                self.stream.reset()
            }
        }
    }
}
