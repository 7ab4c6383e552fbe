package import NIOCore

/// gzip (RFC 1952), for files that are compressed once and sent often.
package enum Gzip {
    /// Compresses as well as zlib can.
    ///
    /// - Returns: nil when zlib has no memory for it.
    package static func compress(_ bytes: ByteBuffer) -> ByteBuffer? {
        guard let stream = ZlibStream(.zipping) else { return nil }
        // With the space that zlib says it may need, one step is enough.
        var output = ByteBuffer()
        let bound = stream.bound(bytes.readableBytes)
        let written = bytes.withUnsafeReadableBytes { input in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { room in
                let step = stream.deflate(input, to: room, isLast: true)
                return step.end == .finished ? step.written : 0
            }
        }
        return written > 0 ? output : nil
    }
}
