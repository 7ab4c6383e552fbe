import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("Replies and commands as bytes", .patience)
struct HiredisTests {
    @Test
    func `replies are read wherever their bytes were split`() throws {
        let expected: [RedisReply] = [
            .status("OK"), .error("ERR no"), .integer(-12), .short("a\r\nb"), .short(""),
            .null, .null, .array([]),
            .array([.integer(1), .array([.short("가"), .null]), .status("x")]),
        ]
        let bytes = ByteBuffer(
            string: "+OK\r\n-ERR no\r\n:-12\r\n$4\r\na\r\nb\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
                + "*3\r\n:1\r\n*2\r\n$3\r\n가\r\n$-1\r\n+x\r\n"
        )
        for split in 0...bytes.readableBytes {
            let reader = HiredisReader()
            var rest = bytes
            var read: [RedisReply] = []
            for part in [rest.readSlice(length: split), rest] {
                try reader.feed(#require(part))
                while let reply = try reader.next() { read.append(reply) }
            }
            #expect(read == expected, "split at \(split)")
        }
    }

    @Test(arguments: [1, 1023, 2048, 7000])
    func `many replies of one read come whole and in order, however long they are`(length: Int) throws {
        let reader = HiredisReader()
        let long = String(repeating: "가", count: length)
        let count = 300
        var bytes = ByteBuffer()
        for number in 0..<count { bytes.writeString(":\(number)\r\n$\(long.utf8.count)\r\n\(long)\r\n") }
        // The last reply comes with the next read.
        let first = bytes.readSlice(length: bytes.readableBytes - 3)
        try reader.feed(#require(first))
        var read: [RedisReply] = []
        while let reply = try reader.next() { read.append(reply) }
        #expect(read.count == 2 * count - 1)
        try reader.feed(bytes)
        while let reply = try reader.next() { read.append(reply) }
        let expected = (0..<count).flatMap { [RedisReply.integer($0), .bulk(ByteBuffer(string: long))] }
        let isSame = zip(read, expected).allSatisfy { $0 == $1 || $0.bytes == $1.bytes && $0.bytes != nil }
        #expect(read.count == 2 * count && isSame)
    }

    @Test
    func `replies are read byte by byte`() throws {
        let reader = HiredisReader()
        var read: [RedisReply] = []
        for byte in "*2\r\n$2\r\nab\r\n:7\r\n".utf8 {
            try reader.feed(ByteBuffer(bytes: [byte]))
            if let reply = try reader.next() { read.append(reply) }
        }
        #expect(read == [.array([.short("ab"), .integer(7)])])
    }

    @Test
    func `pushes are told apart`() throws {
        let reader = HiredisReader()
        try reader.feed(
            ByteBuffer(
                string: "+PONG\r\n*3\r\n$9\r\nsubscribe\r\n$3\r\n방\r\n:1\r\n"
                    + "*3\r\n$7\r\nmessage\r\n$3\r\n방\r\n$2\r\nhi\r\n"
                    + "*2\r\n$4\r\npong\r\n$0\r\n\r\n*3\r\n$11\r\nunsubscribe\r\n$3\r\n방\r\n:0\r\n"
            )
        )
        let channel = ChannelName("방")
        let expected: [RedisPush] = [
            .pong, .subscribed(channel), .message(channel: channel, payload: ByteBuffer(string: "hi")), .pong,
            .unsubscribed(channel),
        ]
        for push in expected { #expect(try reader.nextPush() == push) }
        #expect(try reader.nextPush() == nil)
    }

    @Test
    func `a text has the same words whether or not it is short, and other bytes are kept as they are`() throws {
        let reader = HiredisReader()
        for text in ["", "a", "fifteen bytes..", "sixteen bytes...", "민아가 왔다", "한글은 여기서 더 길다"] {
            try reader.feed(ByteBuffer(string: "$\(text.utf8.count)\r\n\(text)\r\n"))
            let reply = try #require(try reader.next())
            #expect(reply.string == text)
            #expect(reply.bytes == ByteBuffer(string: text))
        }
        try reader.feed(ByteBuffer(string: "$2\r\n"))
        try reader.feed(ByteBuffer(bytes: [0xC3, 0x28, 13, 10]))
        #expect(try reader.next() == .bulk(ByteBuffer(bytes: [0xC3, 0x28])))
    }

    @Test
    func `pushes are read wherever their bytes were split`() throws {
        let bytes = ByteBuffer(string: "*3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$2\r\nhi\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n")
        for split in 0...bytes.readableBytes {
            let reader = HiredisReader()
            var rest = bytes
            var read: [RedisPush] = []
            for part in [rest.readSlice(length: split), rest] {
                try reader.feed(#require(part))
                while let push = try reader.nextPush() { read.append(push) }
            }
            let message = RedisPush.message(channel: ChannelName("a"), payload: ByteBuffer(string: "hi"))
            #expect(read == [message, .pong], "split at \(split)")
        }
    }

    @Test(arguments: [
        "$7\r\nmessage\r\n", "*0\r\n", "*-1\r\n", "*1\r\n$4\r\npong\r\n", "*2\r\n$7\r\nmessage\r\n$1\r\na\r\n",
        "*3\r\n$8\r\npmessage\r\n$1\r\na\r\n$1\r\nb\r\n", "*3\r\n:7\r\n$1\r\na\r\n$1\r\nb\r\n", "+OK\r\n", "$-1\r\n",
        "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n", "*2\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n$0\r\n\r\n",
    ])
    func `what is no push is an error on a subscribed connection`(text: String) throws {
        let reader = HiredisReader()
        try reader.feed(ByteBuffer(string: text))
        #expect(throws: RESPError.self) { try reader.nextPush() }
    }

    @Test(arguments: ["*1000000000\r\n", "*2147483647\r\n:1\r\n"])
    func `a head of an array reserves no memory for what may never come`(text: String) throws {
        let reader = HiredisReader()
        try reader.feed(ByteBuffer(string: text))
        #expect(try reader.next() == nil)
    }

    @Test(arguments: ["hello\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"])
    func `what is no reply, or nested without end, is an error`(text: String) throws {
        let reader = HiredisReader()
        try reader.feed(ByteBuffer(string: text))
        #expect(throws: RESPError.self) { while try reader.next() != nil {} }
    }

    @Test
    func `a reply that does not come to an end is an error`() throws {
        let reader = HiredisReader()
        try reader.feed(ByteBuffer(string: "$999999999\r\n"))
        let megabyte = ByteBuffer(repeating: 0x61, count: 1 << 20)
        #expect(throws: RESPError(detail: "a reply is too long")) {
            for _ in 0...16 {
                try reader.feed(megabyte)
                _ = try reader.next()
            }
        }
    }

    @Test
    func `an error on a subscribed connection is handed on, cut where nobody reads any more`() throws {
        let reader = HiredisReader()
        try reader.feed(ByteBuffer(string: "-ERR no\r\n-ERR \(String(repeating: "x", count: 9999))\r\n"))
        #expect(try reader.nextPush() == .error("ERR no"))
        guard case .error(let text) = try reader.nextPush() else {
            Issue.record("no error")
            return
        }
        #expect(text.utf8.count <= 512)
    }

    @Test
    func `an error on a subscribed connection is an answer, another reply is none`() throws {
        let reader = HiredisReader()
        try reader.feed(ByteBuffer(string: "-ERR no\r\n:1\r\n"))
        #expect(try reader.nextPush() == .error("ERR no"))
        #expect(throws: RESPError.self) { try reader.nextPush() }
    }

    @Test
    func `commands are written with their lengths, in any number`() {
        var command = RedisCommand("SET", "키", "")
        command.append(ByteBuffer(bytes: [0, 13, 10]))
        command.append(-5)
        var buffer = ByteBuffer()
        buffer.writeRedisCommand(command)
        buffer.writeRedisCommand(RedisCommand("a"), after: RedisCommand("EVALSHA", "f00"))
        let expected =
            "*5\r\n$3\r\nSET\r\n$3\r\n키\r\n$0\r\n\r\n$3\r\n\0\r\n\r\n$2\r\n-5\r\n"
            + "*3\r\n$7\r\nEVALSHA\r\n$3\r\nf00\r\n$1\r\na\r\n"
        #expect(String(buffer: buffer) == expected)
    }

    @Test(arguments: [Int.min, -1, 1 << 53, Int.max])
    func `a number outside the protocol's is none`(number: Int) {
        #expect(RedisReply.integer(number).integer == number)
        #expect(RedisReply.integer(number).count == nil)
    }
}
