package import NIOCore

/// Compresses messages, each by itself, for all connections of a loop that share a window (RFC 7692, section 7.2.1).
///
/// "No context takeover" makes that possible: a message refers to nothing that was sent before it, so the same bytes are
/// right for everybody.
package final class Deflater {
    /// The sizes of a message that is compressed, in bytes.
    ///
    /// Of a shorter one, hardly a byte of what the network carries is saved; a longer one would hold up the loop.
    package static let sizes = 256...(64 << 10)
    /// The bits of the windows that zlib can write.
    package static let windows = 9...15

    private let stream: ZlibStream
    private var output = ByteBuffer()

    /// Makes a compressor; fails when zlib has no memory for it.
    ///
    /// - Parameter window: The bits of its window, in ``windows``.
    package init?(window: Int) {
        guard Self.windows.contains(window), let stream = ZlibStream(.deflating(window: Int32(window))) else {
            return nil
        }
        self.stream = stream
    }

    /// Compresses a message.
    ///
    /// - Returns: The payload of its frame; nil when that would not be shorter, and when the message is not one of
    ///   ``sizes``.
    package func deflate(_ message: ByteBuffer) -> ByteBuffer? {
        let count = message.readableBytes
        guard Self.sizes.contains(count) else { return nil }
        self.stream.reset()
        self.output.clear()
        let written = message.withUnsafeReadableBytes { input in
            self.output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { output in
                self.deflate(input, to: UnsafeMutableRawBufferPointer(rebasing: output.prefix(count)))
            }
        }
        return written > 0 ? self.output : nil
    }

    /// - Returns: How many bytes of the output are the payload; 0 when it would fill it.
    private func deflate(_ input: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer) -> Int {
        let step = self.stream.deflate(input, to: output, isLast: false)
        // A full output may not be a whole one.
        guard step.end == .paused, step.read == input.count, step.written < output.count else { return 0 }
        // The four bytes 00 00 FF FF at the end are not sent.
        return step.written - 4
    }
}
