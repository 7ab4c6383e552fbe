package import ChatCore
package import NIOCore

/// An answer of Redis, independent of the parser's memory.
package enum RedisReply: Equatable, Sendable {
    /// `+OK`
    case status(String)
    /// `-ERR …`: the command failed. The text may name keys and is never shown to a client.
    case error(String)
    /// `:1`
    case integer(Int)
    /// `$3`: bytes.
    case bulk(ByteBuffer)
    /// The same, when they are so short a text that it needs no memory besides the value: an epoch, most names.
    case short(ByteString)
    /// `*2`: some of these.
    case array([RedisReply])
    /// `$-1`, `*-1`: nothing.
    case null
}

extension RedisReply {
    /// The most bytes of a text that a `String` keeps in itself; longer ones are allocated.
    private static let shortBytes = 15

    /// Copies bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.shortBytes, let text = String(validating: bytes, as: UTF8.self) else {
            self = .bulk(ByteBuffer(bytes: bytes))
            return
        }
        self = .short(ByteString(text))
    }

    package var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// A number of the protocol, 0 … 2^53-1.
    ///
    /// Another program may have written the keys that the scripts read, and no calculation with the number may
    /// overflow.
    var count: Int? { self.integer.flatMap { (0...CommandID.maximum).contains($0) ? $0 : nil } }

    package var bytes: ByteBuffer? {
        switch self {
        case .bulk(let value): value
        case .short(let value): ByteBuffer(string: value.rawValue)
        case .status, .error, .integer, .array, .null: nil
        }
    }

    /// The bytes as text.
    package var string: String? {
        switch self {
        case .bulk(let value): String(buffer: value)
        case .short(let value): value.rawValue
        case .status(let value): value
        case .error, .integer, .array, .null: nil
        }
    }

    /// The bytes as a word, which is compared byte by byte.
    var word: ByteString? { self.string.map { ByteString($0) } }

    package var array: [RedisReply]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Whether it says that Redis does not know the script, and so has done nothing.
    var isNoScript: Bool {
        guard case .error(let text) = self else { return false }
        return text.hasPrefix("NOSCRIPT")
    }

    /// An epoch.
    var epoch: Epoch? { self.string.flatMap { try? Epoch($0) } }

    /// The reason to leave this Redis, if the reply gives one.
    var reasonToLeave: BrokerError? {
        guard case .error(let text) = self else { return nil }
        return BrokerError.reasonToLeave(in: text)
    }

    /// Whether it only says that nothing can be written now; reading goes on.
    var refusesWrites: Bool {
        guard case .error(let text) = self else { return false }
        return ["OOM", "MISCONF", "NOREPLICAS"].contains(RedisErrorText(text).code)
    }
}

/// A message on a connection that is subscribed to channels.
package enum RedisPush: Equatable, Sendable {
    /// Something was published.
    case message(channel: ChannelName, payload: ByteBuffer)
    /// The subscription is confirmed.
    case subscribed(ChannelName)
    /// The subscription has ended.
    case unsubscribed(ChannelName)
    /// The answer to a ping.
    case pong
    /// A command was refused. The text may name channels and is never shown to a client.
    case error(String)
}

/// The name of a pub/sub channel.
///
/// It may be anything when another program publishes, so it is compared by its bytes.
package struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    private let bytes: ByteString

    package var rawValue: String { self.bytes.rawValue }

    package init(_ rawValue: String) { self.bytes = ByteString(rawValue) }

    package var description: String { self.rawValue }
}
