internal import ChatCore
package import NIOCore

/// A command for Redis, or some of its arguments, as they go over the wire.
///
/// https://redis.io/docs/latest/develop/reference/protocol-spec/: `$3\r\nGET\r\n` for each argument, and their number
/// before the first. hiredis could write them too, from an array of pointers, but formats each length: that costs four
/// times as much.
///
/// Its bytes are an array, which is one allocation; a `ByteBuffer` is two.
package struct RedisCommand: Equatable, Sendable {
    /// The arguments, each with its length.
    private(set) var bytes: [UInt8] = []
    /// The number of arguments.
    private(set) var count = 0

    package init() {}

    package init(_ arguments: String...) {
        for argument in arguments { self.append(argument) }
    }

    /// Reserves space, so that the command need not grow argument by argument.
    ///
    /// - Parameters:
    ///   - arguments: The approximate number of arguments.
    ///   - bytes: The approximate number of bytes of them together.
    package mutating func reserve(arguments: Int, bytes: Int) {
        self.bytes.reserveCapacity(arguments * 8 + bytes)
    }

    package mutating func append(_ argument: String) {
        var argument = argument
        argument.withUTF8 { self.append(UnsafeRawBufferPointer($0)) }
    }

    package mutating func append(_ argument: ByteBuffer) {
        argument.withUnsafeReadableBytes { self.append($0) }
    }

    package mutating func append(_ argument: Int) {
        self.append(String(argument))
    }

    /// Appends the bytes of a number, as they lie in memory.
    package mutating func append(bytesOf number: UInt64) {
        withUnsafeBytes(of: number) { self.append($0) }
    }

    /// Appends arguments that were written before.
    package mutating func append(contentsOf arguments: RedisCommand) {
        self.count += arguments.count
        self.bytes.append(contentsOf: arguments.bytes)
    }

    private mutating func append(_ argument: UnsafeRawBufferPointer) {
        self.count += 1
        self.bytes.write(atMost: ByteSink.maximumDigits + 3) { sink in
            sink.write("$")
            sink.write(decimal: argument.count)
            sink.write("\r\n")
        }
        self.bytes.append(contentsOf: argument)
        self.bytes.append(UInt8(ascii: "\r"))
        self.bytes.append(UInt8(ascii: "\n"))
    }
}

extension ByteBuffer {
    /// Appends a command as it goes over the wire.
    ///
    /// - Parameters:
    ///   - command: The command, or the middle of it.
    ///   - head: The arguments before it, when they are kept apart.
    ///   - tail: The arguments after it, when they are kept apart.
    package mutating func writeRedisCommand(
        _ command: RedisCommand,
        after head: RedisCommand = RedisCommand(),
        then tail: RedisCommand = RedisCommand()
    ) {
        let count = head.bytes.count + command.bytes.count + tail.bytes.count
        self.write(atMost: ByteSink.maximumDigits + 3 + count) { sink in
            sink.write("*")
            sink.write(decimal: head.count + command.count + tail.count)
            sink.write("\r\n")
            head.bytes.withUnsafeBytes { sink.write($0) }
            command.bytes.withUnsafeBytes { sink.write($0) }
            tail.bytes.withUnsafeBytes { sink.write($0) }
        }
    }
}
