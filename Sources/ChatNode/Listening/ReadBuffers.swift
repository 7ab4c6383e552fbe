import NIOCore

/// Buffers for what is read from a connection, none of which stays with it.
///
/// A channel keeps buffers that it has read into, to read into them again: three kilobytes for every connection, most of
/// which are idle. Told to keep one at most (``attach(to:)``), it keeps its first, and takes another wherever the next may be
/// larger than the last. So the first has room for a few bytes of the request; each one after it is said to grow, is made
/// for one read, and goes with it.
struct ReadBuffers: RecvByteBufferAllocator {
    private static let smallest: Int32 = 1024
    private static let largest: Int32 = 65_536

    private var size: Int32 = 16

    /// Lets a channel read by them; to be called before its first read.
    static func attach(to channel: any Channel) throws {
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        try channel.syncOptions?.setOption(.recvAllocator, value: ReadBuffers())
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: Int(self.size)) }

    mutating func record(actualReadBytes: Int) -> Bool {
        if actualReadBytes >= self.size {
            self.size = min(2 * self.size, Self.largest)
        } else if actualReadBytes < self.size / 4 {
            self.size /= 2
        }
        self.size = max(self.size, Self.smallest)
        return true
    }
}
