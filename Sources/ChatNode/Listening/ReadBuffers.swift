import NIOCore

/// Buffers for reading from a connection; the connection keeps none of them.
///
/// A channel keeps its read buffers to use them again: three kilobytes for every connection, and most connections are
/// idle. When it may keep only one (``attach(to:)``), it keeps the first, and makes another one whenever the next read
/// may be larger than the last. So the first buffer has space for only a few bytes of the request. Every later one
/// claims to grow, so it is made for one read and dropped after it.
struct ReadBuffers: RecvByteBufferAllocator {
    private static let smallest: Int32 = 1024
    private static let largest: Int32 = 65_536

    private var size: Int32 = 16

    /// Lets a channel read with them; call it before the first read.
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
