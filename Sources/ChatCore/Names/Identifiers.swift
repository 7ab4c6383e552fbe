internal import Crypto

/// The identity of a user, which stays when the name changes: an opaque id that the server made.
public struct UserID: Hashable, Sendable, CustomStringConvertible {
    private let bytes: ByteString

    /// The id, 1 to 64 printable ASCII characters.
    public var rawValue: String { self.bytes.rawValue }

    /// Takes an id that a server sent.
    ///
    /// - Parameter rawValue: The id.
    public init(_ rawValue: String) { self.bytes = ByteString(rawValue) }

    /// Reads an id from any text; nil when it breaks the rule for ids.
    ///
    /// - Parameter raw: The id as it came.
    package init?(checking raw: String) {
        guard IdempotencyKey.isShortASCII(raw) else { return nil }
        self.init(raw)
    }

    /// The id itself.
    public var description: String { self.rawValue }
}

/// A user as others see them.
public struct User: Hashable, Sendable {
    /// The user's id.
    public var id: UserID
    /// The name to show.
    public var name: UserName

    /// Puts an id and a name together.
    public init(id: UserID, name: UserName) {
        self.id = id
        self.name = name
    }
}

/// The key that identifies a repeated `send`: 1 to 64 printable ASCII characters, chosen by its sender.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes a key may have.
    static let maximumBytes = 64

    private let bytes: ByteString

    /// The key.
    public var rawValue: String { self.bytes.rawValue }

    /// Reads a key.
    ///
    /// - Parameter raw: The key as it came.
    /// - Throws: ``ProtocolError`` with the code `bad_command`.
    public init(_ raw: String) throws(ProtocolError) {
        guard Self.isShortASCII(raw) else { throw .badCommand("key has 1 to 64 printable ASCII characters") }
        self.bytes = ByteString(raw)
    }

    /// Whether a string has 1 to 64 characters, all of them printable ASCII.
    package static func isShortASCII(_ raw: String) -> Bool {
        (1...Self.maximumBytes).contains(raw.utf8.count) && raw.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// The key itself.
    public var description: String { self.rawValue }

    /// A digest that stands for the key of a sender at a broker: 64 bits of SHA-256.
    ///
    /// Nobody can find a key of their own with the digest of another sender's key before that key is used. Among a
    /// hundred million keys, two are the same in one of 3,000 such logs.
    ///
    /// - Returns: Its bytes, in the order in which they lie in memory.
    package func digest(of sender: UserID) -> UInt64 {
        var hash = SHA256()
        // No id has a NUL: the text after it is the key.
        for part in [sender.rawValue, "\0", self.rawValue] {
            var part = part
            part.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        return hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }
}

/// The name of the log to which a `seq` belongs: an opaque string `[0-9a-z]{8,32}`, compared for equality only.
public struct Epoch: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes an epoch may have.
    static let maximumBytes = 32

    private let bytes: ByteString

    /// The epoch as on the wire.
    public var rawValue: String { self.bytes.rawValue }

    /// Reads an epoch.
    ///
    /// - Parameter raw: The epoch as it came.
    /// - Throws: ``ProtocolError`` with the code `bad_command`.
    public init(_ raw: String) throws(ProtocolError) {
        let isValid = (8...Self.maximumBytes).contains(raw.utf8.count) && raw.utf8.allSatisfy(Base36.isDigit)
        guard isValid else { throw .badCommand("epoch has 8 to 32 characters 0-9 and a-z") }
        self.bytes = ByteString(raw)
    }

    /// Reads an epoch from bytes, which are checked before a string is made of them; nil when they are none.
    init?(_ raw: UnsafeRawBufferPointer) {
        guard (8...Self.maximumBytes).contains(raw.count), raw.allSatisfy(Base36.isDigit) else { return nil }
        self.bytes = ByteString(String(decoding: raw, as: UTF8.self))
    }

    /// Makes an epoch that no log has had before.
    ///
    /// - Parameter generator: The source of its 62 random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        self.bytes = ByteString(Base36.random(digits: 12, using: &generator))
    }

    /// The epoch itself.
    public var description: String { self.rawValue }
}

extension UserID {
    /// Makes an id that no user has.
    ///
    /// - Parameter generator: The source of its 82 random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        self.init("u" + Base36.random(digits: 16, using: &generator))
    }
}

/// Digits and lower-case letters: short, safe in any key, and small enough for a Swift small string.
package enum Base36 {
    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    package static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Eleven digits are this many numbers; twelve would leave out every fourth of what a generator gives.
    private static let block: UInt64 = 131_621_703_842_267_136
    /// The numbers of a generator from here on would make some digits likelier than others.
    private static let limit = UInt64.max / Self.block * Self.block

    /// Makes digits, each as likely as every other.
    ///
    /// - Parameters:
    ///   - count: The number of digits.
    ///   - generator: Called once for every eleven digits: the system's generator makes a system call each time.
    /// - Returns: The digits.
    package static func random(digits count: Int, using generator: inout some RandomNumberGenerator) -> String {
        String(unsafeUninitializedCapacity: count) { bytes in
            var rest: UInt64 = 0
            for index in 0..<count {
                if index % 11 == 0 {
                    repeat { rest = generator.next() } while rest >= self.limit
                }
                bytes[index] = self.digits[Int(rest % 36)]
                rest /= 36
            }
            return count
        }
    }
}
