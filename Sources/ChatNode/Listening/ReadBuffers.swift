import NIOCore

/// Buffers for reading from a connection; the connection keeps none of them.
///
/// A channel keeps its read buffers to use them again: three kilobytes for every connection, and most connections are
/// idle. When it may keep only one (``attach(to:)``), it keeps the first, and makes another one whenever the next read
/// may be larger than the last. So the first buffer has space for only a few bytes of the request. Every later one
/// claims to grow, so it is made for one read and dropped after it.
struct ReadBuffers: RecvByteBufferAllocator {
    private static let smallest: Int32 = 1024

    private let largest: Int32

    private var size: Int32 = 16

    /// - Parameter isSecure: Whether the connection is encrypted. The TLS handler keeps a buffer for what it has
    ///   deciphered, with space for two records of 16 KiB; it keeps a larger one if it was ever given more at once.
    private init(isSecure: Bool) { self.largest = isSecure ? 16_384 : 65_536 }

    /// Lets a channel read with them; call it before the first read.
    static func attach(to channel: any Channel, isSecure: Bool) throws {
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        try channel.syncOptions?.setOption(.recvAllocator, value: ReadBuffers(isSecure: isSecure))
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: Int(self.size)) }

    mutating func record(actualReadBytes: Int) -> Bool {
        if actualReadBytes >= self.size {
            self.size = min(2 * self.size, self.largest)
        } else if actualReadBytes < self.size / 4 {
            self.size /= 2
        }
        self.size = max(self.size, Self.smallest)
        return true
    }
}
