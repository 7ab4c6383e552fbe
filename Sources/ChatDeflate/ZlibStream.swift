import CZlib

/// One stream of zlib; the only type that calls it.
///
/// zlib remembers the address of a stream's state, so it stays in one place of memory for as long as the stream lives.
struct ZlibStream: ~Copyable {
    /// The direction of a stream, and the bits of the window within which it finds repetitions.
    enum Kind {
        /// Deflate data without any header (RFC 1951); zlib can write windows of 9 to 15 bits.
        case deflating(window: Int32)
        /// The same with gzip's header and trailer (RFC 1952), as small as possible.
        case zipping
        /// Reads deflate data of any window.
        case inflating
    }

    /// The reason why a step ended.
    enum End: Equatable {
        /// The input is used up, or the output is full.
        case paused
        /// A block of the data has ended, and the next one may follow.
        case blockEnded
        /// The data say that they have ended.
        case finished
        /// The input is not deflate data.
        case broken
    }

    /// The result of a step.
    struct Step {
        var read: Int
        var written: Int
        var end: End
    }

    private let stream: UnsafeMutablePointer<z_stream>
    let isInflating: Bool

    /// Makes a stream; fails when zlib has no memory for it.
    ///
    /// - Parameters:
    ///   - kind: Its direction.
    ///   - blank: A stream with functions that give and take memory; as it begins, zlib has its own.
    init?(_ kind: Kind, _ blank: z_stream = z_stream()) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: blank)
        let size = Int32(MemoryLayout<z_stream>.size)
        let (method, strategy) = (Z_DEFLATED, Z_DEFAULT_STRATEGY)
        let (isInflating, result): (Bool, Int32) =
            switch kind {
            // Memory of level 5 is as fast as any for texts of some hundred bytes, and takes 16 KiB beside the window.
            // Level 4 looks at 16 places at most for each repetition, and level 6 at 128: a text made for it takes it six
            // times as long, and others become a fiftieth longer.
            case .deflating(let window):
                (false, deflateInit2_(stream, 4, method, -window, 5, strategy, ZLIB_VERSION, size))
            // 16 more than the bits of the window ask for gzip's header.
            case .zipping:
                (false, deflateInit2_(stream, Z_BEST_COMPRESSION, method, 15 + 16, 9, strategy, ZLIB_VERSION, size))
            case .inflating: (true, inflateInit2_(stream, -15, ZLIB_VERSION, size))
            }
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
        self.isInflating = isInflating
    }

    deinit {
        if self.isInflating { inflateEnd(self.stream) } else { deflateEnd(self.stream) }
        self.stream.deallocate()
    }

    /// Forgets everything: the next byte begins new data.
    func reset() {
        if self.isInflating { inflateReset(self.stream) } else { deflateReset(self.stream) }
    }

    /// The most bytes that input of this length can become.
    func bound(_ count: Int) -> Int { Int(deflateBound(self.stream, UInt(count))) }

    /// Compresses input; what it becomes ends with a whole byte.
    ///
    /// - Parameters:
    ///   - input: The bytes, all of which must be read for the output to be whole.
    ///   - output: Where the result goes.
    ///   - isLast: Whether the data end with it.
    /// - Returns: How far it went.
    func deflate(
        _ input: UnsafeRawBufferPointer,
        to output: UnsafeMutableRawBufferPointer,
        isLast: Bool
    ) -> Step {
        self.step(input, output) { CZlib.deflate($0, isLast ? Z_FINISH : Z_SYNC_FLUSH) }
    }

    /// Inflates input up to the end of a block, of the input or of the output.
    func inflate(_ input: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer) -> Step {
        self.step(input, output) { CZlib.inflate($0, Z_BLOCK) }
    }

    /// Whether the input ended where a compressor that flushes puts four more bytes, 00 00 FF FF.
    ///
    /// This is how RFC 7692, section 7.2.1, ends a message: within an empty block, of which only the header is sent.
    var isFlushed: Bool { inflateSyncPoint(self.stream) == 1 }

    private func step(
        _ input: UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer,
        _ work: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> Step {
        // zlib only reads the input, whatever its type says.
        self.stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        self.stream.pointee.avail_in = UInt32(clamping: input.count)
        self.stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        self.stream.pointee.avail_out = UInt32(clamping: output.count)
        let (offered, room) = (Int(self.stream.pointee.avail_in), Int(self.stream.pointee.avail_out))
        let result = work(self.stream)
        return Step(
            read: offered - Int(self.stream.pointee.avail_in),
            written: room - Int(self.stream.pointee.avail_out),
            end: self.end(result)
        )
    }

    private func end(_ result: Int32) -> End {
        switch result {
        case Z_STREAM_END: .finished
        // The second means that there was nothing to do.
        case Z_OK, Z_BUF_ERROR: self.isInflating && self.stream.pointee.data_type & 128 != 0 ? .blockEnded : .paused
        default: .broken
        }
    }
}
