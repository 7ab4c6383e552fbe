internal import NIOCore

/// Puts a push together from its parts, in the order in which they are parsed, and copies only what is kept.
///
/// The payload of a publication goes from the parser's memory into the one buffer that its members get: with an array of
/// parts in between, a publication cost five times as many allocations.
struct PushAssembly {
    private enum State {
        /// Nothing has come.
        case empty
        /// The first part of an array comes next.
        case kind
        /// The name of a channel comes next.
        case channel(Kind)
        /// What was published comes next.
        case payload(ChannelName)
        /// What comes now is of no interest.
        case complete(RedisPush)
        /// It is no push.
        case wrong
    }

    private enum Kind { case message, subscribed, unsubscribed, pong }

    private var state = State.empty

    /// Takes the head of an array.
    mutating func begin(_ count: Int) {
        guard case .empty = self.state, count >= 2 else { return self.state = .wrong }
        self.state = .kind
    }

    /// Takes bytes; everything that has none is empty here.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        switch self.state {
        case .kind: self.state = Self.kind(bytes).map { .channel($0) } ?? .wrong
        case .channel(let kind):
            let channel = ChannelName(String(decoding: bytes, as: UTF8.self))
            switch kind {
            case .message: self.state = .payload(channel)
            case .subscribed: self.state = .complete(.subscribed(channel))
            case .unsubscribed: self.state = .complete(.unsubscribed(channel))
            case .pong: self.state = .complete(.pong)
            }
        case .payload(let channel):
            self.state = .complete(.message(channel: channel, payload: ByteBuffer(bytes: bytes)))
        case .complete: break
        case .empty, .wrong: self.state = .wrong
        }
    }

    /// Takes a status or an error, which are no parts of an array.
    mutating func append(line push: RedisPush?) {
        guard case .empty = self.state, let push else { return self.state = .wrong }
        self.state = .complete(push)
    }

    /// The push, once; nil when it is none.
    mutating func take() -> RedisPush? {
        defer { self.state = .empty }
        guard case .complete(let push) = self.state else { return nil }
        return push
    }

    /// What the first part of a push says; in a Cluster some channels have a slot, and words of their own.
    private static func kind(_ word: UnsafeRawBufferPointer) -> Kind? {
        switch word.count {
        case 7 where word.elementsEqual("message".utf8): .message
        case 8 where word.elementsEqual("smessage".utf8): .message
        case 9 where word.elementsEqual("subscribe".utf8): .subscribed
        case 10 where word.elementsEqual("ssubscribe".utf8): .subscribed
        case 11 where word.elementsEqual("unsubscribe".utf8): .unsubscribed
        case 12 where word.elementsEqual("sunsubscribe".utf8): .unsubscribed
        case 4 where word.elementsEqual("pong".utf8): .pong
        default: nil
        }
    }
}
