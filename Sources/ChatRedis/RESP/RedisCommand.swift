package import NIOCore

/// A command for Redis: its arguments, one after the other in one buffer.
///
/// One buffer for all of them makes a command two allocations, however many arguments it has.
package struct RedisCommand: Equatable, Sendable {
    /// The bytes of all arguments.
    private(set) var bytes = ByteBuffer()
    /// How many bytes each argument has.
    private(set) var lengths: [Int] = []

    package init() {}

    package init(_ arguments: String...) {
        for argument in arguments { self.append(argument) }
    }

    /// Makes room, so that the command need not grow argument by argument.
    package mutating func reserve(arguments: Int, bytes: Int) {
        self.lengths.reserveCapacity(arguments)
        self.bytes.reserveCapacity(bytes)
    }

    package mutating func append(_ argument: String) {
        self.lengths.append(self.bytes.writeString(argument))
    }

    package mutating func append(_ argument: ByteBuffer) {
        self.lengths.append(self.bytes.writeImmutableBuffer(argument))
    }

    package mutating func append(_ argument: Int) {
        self.append(String(argument))
    }

    /// Appends the bytes of a number, as they lie in memory.
    package mutating func append(bytesOf number: UInt64) {
        self.lengths.append(self.bytes.writeInteger(number, endianness: .host))
    }
}
