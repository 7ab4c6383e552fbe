package import ChatDeflate
package import NIOCore

// The messages of a server that compresses: a frame for each, whole, and compressed where that makes it shorter.
extension Deflater {
    /// The frame of a compressed message; nil when that would not be shorter.
    package func frame(_ opcode: Opcode, _ payload: ByteBuffer) -> ByteBuffer? {
        self.deflate(payload).map { FrameEncoder.frame(opcode, $0, isCompressed: true) }
    }

    /// Compresses the messages of frames that ``FrameEncoder`` wrote without a mask.
    ///
    /// - Returns: The frames in the same order, each as before or as a compressed one; nil when none of them became
    ///   shorter, and when these are no such frames.
    package func compress(_ frames: ByteBuffer) -> ByteBuffer? {
        var result: ByteBuffer?
        // The frames that stay as they are are copied together, and not at all when none is compressed.
        var (rest, unchanged) = (frames, frames)
        while rest.readableBytes > 0 {
            let start = rest.readerIndex
            guard let (opcode, payload) = FrameEncoder.takeFrame(&rest) else { return nil }
            guard let compressed = self.deflate(payload) else { continue }
            var written = result ?? ByteBufferAllocator().buffer(capacity: frames.readableBytes)
            result = nil  // The bytes have one owner while they grow.
            if let plain = unchanged.readSlice(length: start - unchanged.readerIndex) {
                written.writeImmutableBuffer(plain)
            }
            FrameEncoder.write(opcode, compressed, isCompressed: true, to: &written)
            unchanged = rest
            result = written
        }
        result?.writeImmutableBuffer(unchanged)
        return result
    }
}
