internal import CHiredis
package import NIOCore

// All calls of C are in this file. Pointers never leave it: its results are values.

/// Turns bytes into replies, by hiredis.
///
/// It belongs to one connection and is used on its event loop only.
package final class HiredisReader {
    /// The most bytes of an incomplete reply.
    package static let maximumReplyBytes = 16 * 1024 * 1024

    private let reader: UnsafeMutablePointer<redisReader>
    private var unfinishedBytes = 0

    package init() {
        // Without memory, Swift's own allocations end the process, too.
        guard let reader = redisReaderCreate() else { fatalError("out of memory") }
        self.reader = reader
    }

    deinit { redisReaderFree(self.reader) }

    /// Takes bytes from the socket.
    package func feed(_ bytes: ByteBuffer) throws(RESPError) {
        self.unfinishedBytes += bytes.readableBytes
        guard self.unfinishedBytes <= Self.maximumReplyBytes else { throw RESPError(detail: "a reply is too long") }
        let result = bytes.withUnsafeReadableBytes {
            redisReaderFeed(self.reader, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard result == REDIS_OK else { throw self.failure }
    }

    /// Returns the next whole reply; nil when more bytes are needed.
    package func next() throws(RESPError) -> RedisReply? {
        guard let reply = try self.next({ RedisReply($0) }) else { return nil }
        guard let reply else { throw RESPError(detail: "a reply is nested too deeply") }
        return reply
    }

    /// Returns the next whole message of a subscribed connection; nil when more bytes are needed.
    ///
    /// - Throws: ``RESPError`` also for a reply that such a connection does not get.
    package func nextPush() throws(RESPError) -> RedisPush? {
        guard let push = try self.next({ RedisPush($0) }) else { return nil }
        guard let push else { throw RESPError(detail: "a subscribed connection got another reply") }
        return push
    }

    private func next<Value>(_ body: (redisReply) -> Value) throws(RESPError) -> Value? {
        var out: UnsafeMutableRawPointer?
        guard redisReaderGetReply(self.reader, &out) == REDIS_OK else { throw self.failure }
        guard let out else { return nil }
        defer { freeReplyObject(out) }
        self.unfinishedBytes = 0
        return body(out.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private var failure: RESPError {
        RESPError(
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

extension RedisReply {
    /// The deepest nesting of arrays; the scripts' answers have two levels.
    ///
    /// hiredis before 1.0 has a bound like this, later versions do not.
    private static var maximumDepth: Int { 8 }

    /// Copies a reply of hiredis, which is about to be freed; nil when it is nested too deeply.
    fileprivate init?(_ reply: redisReply, depth: Int = 0) {
        guard depth <= Self.maximumDepth else { return nil }
        switch reply.type {
        case REDIS_REPLY_STRING: self = .bulk(ByteBuffer(bytes: reply.bytes))
        case REDIS_REPLY_STATUS: self = .status(reply.line)
        case REDIS_REPLY_ERROR: self = .error(reply.line)
        case REDIS_REPLY_INTEGER: self = .integer(Int(reply.integer))
        case REDIS_REPLY_ARRAY:
            var elements: [RedisReply] = []
            for element in reply.elementReplies {
                guard let element = RedisReply(element, depth: depth + 1) else { return nil }
                elements.append(element)
            }
            self = .array(elements)
        default: self = .null  // nil; RESP3 has more, which is never asked for
        }
    }
}

extension RedisPush {
    /// Reads a push and copies only the parts that are kept; nil when it is not a push.
    fileprivate init?(_ reply: redisReply) {
        // Before its first subscription the connection answers a ping with a plain status.
        if reply.type == REDIS_REPLY_STATUS, reply.bytes.elementsEqual("PONG".utf8) {
            self = .pong
            return
        }
        if reply.type == REDIS_REPLY_ERROR {
            self = .error(reply.line)
            return
        }
        guard reply.type == REDIS_REPLY_ARRAY, reply.elements >= 2, let kind = reply.element[0]?.pointee,
            let second = reply.element[1]?.pointee
        else { return nil }
        let third = reply.elements > 2 ? reply.element[2]?.pointee : nil
        switch (kind.bytes.count, third) {
        case (7, let payload?) where kind.bytes.elementsEqual("message".utf8):
            self = .message(channel: second.channel, payload: ByteBuffer(bytes: payload.bytes))
        case (8, let payload?) where kind.bytes.elementsEqual("smessage".utf8):
            self = .message(channel: second.channel, payload: ByteBuffer(bytes: payload.bytes))
        case (10, _) where kind.bytes.elementsEqual("ssubscribe".utf8): self = .subscribed(second.channel)
        case (12, _) where kind.bytes.elementsEqual("sunsubscribe".utf8): self = .unsubscribed(second.channel)
        case (9, _) where kind.bytes.elementsEqual("subscribe".utf8): self = .subscribed(second.channel)
        case (11, _) where kind.bytes.elementsEqual("unsubscribe".utf8): self = .unsubscribed(second.channel)
        case (4, _) where kind.bytes.elementsEqual("pong".utf8): self = .pong
        default: return nil
        }
    }
}

extension redisReply {
    fileprivate var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.str, count: self.str == nil ? 0 : Int(self.len))
    }

    /// The first part of a status or an error; only that is read, and the text after its first words may have any
    /// length.
    fileprivate var line: String { String(decoding: self.bytes.prefix(512), as: UTF8.self) }

    fileprivate var channel: ChannelName { ChannelName(String(decoding: self.bytes, as: UTF8.self)) }

    fileprivate var elementReplies: some Sequence<redisReply> {
        UnsafeBufferPointer(start: self.element, count: Int(self.elements)).lazy.compactMap { $0?.pointee }
    }
}
