internal import CHiredis
package import NIOCore

// All calls of C are in this file. Pointers never leave it: its results are values.

/// Turns bytes into replies, by hiredis.
///
/// hiredis finds the parts of a reply and hands each of them to a function of the reader (``PartFunctions``), which makes
/// values of ours at once. hiredis' own objects, an allocation for each part and each array, are never made.
///
/// It belongs to one connection and is used on its event loop only.
package final class HiredisReader {
    /// The most bytes of an incomplete reply.
    package static let maximumReplyBytes = 16 * 1024 * 1024

    /// The bytes that hiredis gets at a time: after each KiB that it has read, it moves all others to the front.
    ///
    /// With all of a read at once, that was a third of what a message that is stored in Redis cost its node.
    private static let pieceBytes = 2048

    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    /// What has come of the next reply; the functions get it from hiredis, as memory without a type.
    private let parts: UnsafeMutablePointer<ReplyParts>
    private var unfinishedBytes = 0
    /// What hiredis has not got yet.
    private var waiting = ByteBuffer()
    /// The bytes that it has got since the last whole reply.
    private var givenBytes = 0

    package init() {
        self.functions = .allocate(capacity: 1)
        self.functions.initialize(to: PartFunctions.all)
        self.parts = .allocate(capacity: 1)
        self.parts.initialize(to: ReplyParts())
        // Without memory, Swift's own allocations end the process, too.
        guard let reader = redisReaderCreateWithFunctions(self.functions) else { fatalError("out of memory") }
        reader.pointee.privdata = UnsafeMutableRawPointer(self.parts)
        self.reader = reader
    }

    deinit {
        redisReaderFree(self.reader)
        self.parts.deinitialize(count: 1)
        self.parts.deallocate()
        self.functions.deallocate()
    }

    /// Takes bytes from the socket.
    package func feed(_ bytes: ByteBuffer) throws(RESPError) {
        self.unfinishedBytes += bytes.readableBytes
        guard self.unfinishedBytes <= Self.maximumReplyBytes else { throw RESPError(detail: "a reply is too long") }
        if self.waiting.readableBytes == 0 { self.waiting = bytes } else { self.waiting.writeImmutableBuffer(bytes) }
    }

    /// Hands hiredis the next piece; all of it, when a reply is longer than some pieces.
    ///
    /// - Returns: Whether there was one.
    private func givePiece() throws(RESPError) -> Bool {
        let isLong = self.givenBytes > 2 * Self.pieceBytes
        let count = isLong ? self.waiting.readableBytes : min(Self.pieceBytes, self.waiting.readableBytes)
        guard count > 0, let piece = self.waiting.readSlice(length: count) else {
            self.waiting = ByteBuffer()
            return false
        }
        self.givenBytes += count
        let result = piece.withUnsafeReadableBytes {
            redisReaderFeed(self.reader, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard result == REDIS_OK else { throw self.failure }
        return true
    }

    /// Returns the next whole reply; nil when more bytes are needed.
    package func next() throws(RESPError) -> RedisReply? {
        guard try self.isComplete(as: .reply) else { return nil }
        guard let reply = self.parts.pointee.reply.take() else { throw RESPError(detail: "a reply is of RESP3") }
        return reply
    }

    /// Returns the next whole message of a subscribed connection; nil when more bytes are needed.
    ///
    /// - Throws: ``RESPError`` also for a reply that such a connection does not get.
    package func nextPush() throws(RESPError) -> RedisPush? {
        guard try self.isComplete(as: .push) else { return nil }
        guard let push = self.parts.pointee.push.take() else {
            throw RESPError(detail: "a subscribed connection got another reply")
        }
        return push
    }

    /// Parses until a reply is complete.
    ///
    /// - Parameter form: The form that it gets; the same until it is complete.
    /// - Returns: Whether it is; otherwise more bytes are needed.
    /// - Throws: ``RESPError`` when it cannot become one.
    private func isComplete(as form: ReplyParts.Form) throws(RESPError) -> Bool {
        self.parts.pointee.form = form
        repeat {
            var out: UnsafeMutableRawPointer?
            guard redisReaderGetReply(self.reader, &out) == REDIS_OK else { throw self.failure }
            guard out == nil else {
                (self.unfinishedBytes, self.givenBytes) = (0, 0)
                return true
            }
        } while try self.givePiece()
        return false
    }

    private var failure: RESPError {
        if self.parts.pointee.isTooDeep { return RESPError(detail: "a reply is nested too deeply") }
        return RESPError(
            detail: withUnsafeBytes(of: self.reader.pointee.errstr) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
        )
    }
}

/// The reason why bytes were not the expected replies.
package struct RESPError: Error, Equatable {
    package var detail: String
}

/// The functions that hiredis calls for the parts of a reply, in their order (redisReplyObjectFunctions in `read.h`).
///
/// hiredis keeps what they return as the reply, and only asks whether it is NULL, which ends the parsing. So they return
/// the memory that they were given.
private enum PartFunctions {
    static var all: redisReplyObjectFunctions {
        // hiredis has more of them from version 1.0 on, for RESP3, which is never asked for: a reply of which such a part
        // is missing is none. Nothing is allocated that would have to be freed.
        var functions = redisReplyObjectFunctions()
        functions.createString = { task, bytes, count in
            let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
            return PartFunctions.take(task) { $0.append(task?.pointee.type, bytes) }
        }
        // The number of elements is an int in some versions, and a size_t in others.
        functions.createArray = { task, count in PartFunctions.take(task) { $0.begin(Int(count)) } }
        functions.createInteger = { task, value in PartFunctions.take(task) { $0.append(Int(value)) } }
        functions.createNil = { task in PartFunctions.take(task) { $0.appendNull() } }
        return functions
    }

    /// Hands a part on to the reader's memory.
    ///
    /// - Returns: The memory, or NULL when the part may not be there.
    @inline(__always)
    private static func take(
        _ task: UnsafePointer<redisReadTask>?,
        _ body: (inout ReplyParts) -> Bool
    ) -> UnsafeMutableRawPointer? {
        guard let memory = task?.pointee.privdata else { return nil }
        return body(&memory.assumingMemoryBound(to: ReplyParts.self).pointee) ? memory : nil
    }
}

/// What has come of the reply that is being read.
private struct ReplyParts {
    /// What replies become.
    enum Form { case reply, push }

    var form = Form.reply
    var reply = ReplyAssembly()
    var push = PushAssembly()
    /// Whether the parsing has ended because of too many arrays in each other.
    private(set) var isTooDeep = false

    mutating func begin(_ count: Int) -> Bool {
        switch self.form {
        case .reply: self.isTooDeep = !self.reply.begin(count)
        case .push: self.push.begin(count)
        }
        return !self.isTooDeep
    }

    mutating func append(_ type: CInt?, _ bytes: UnsafeRawBufferPointer) -> Bool {
        switch (self.form, type) {
        case (.reply, REDIS_REPLY_STATUS): self.reply.append(.status(Self.line(bytes)))
        case (.reply, REDIS_REPLY_ERROR): self.reply.append(.error(Self.line(bytes)))
        case (.reply, _): self.reply.append(RedisReply(bytes))
        // Before its first subscription the connection answers a ping with a plain status.
        case (.push, REDIS_REPLY_STATUS): self.push.append(line: bytes.elementsEqual("PONG".utf8) ? .pong : nil)
        case (.push, REDIS_REPLY_ERROR): self.push.append(line: .error(Self.line(bytes)))
        case (.push, _): self.push.append(bytes)
        }
        return true
    }

    mutating func append(_ value: Int) -> Bool {
        switch self.form {
        case .reply: self.reply.append(.integer(value))
        case .push: self.push.append(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return true
    }

    mutating func appendNull() -> Bool {
        switch self.form {
        case .reply: self.reply.append(.null)
        case .push: self.push.append(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return true
    }

    /// The first part of a status or an error; only that is read, and the text after its first words may have any
    /// length.
    private static func line(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix(512), as: UTF8.self)
    }
}
