import ChatCore
import ChatWebSocket
import NIOCore

/// The stations, with all that they need made beforehand, in the order in which a message comes to them.
enum Stations {
    static let size = 128

    static func all() throws -> [Station] {
        let fixture = try Fixture()
        return Self.receiving(fixture) + (try Self.rooms(fixture)) + Self.sending(fixture) + (try Self.redis(fixture))
    }

    /// From a client's bytes to a command that was decided.
    private static func receiving(_ fixture: Fixture) -> [Station] {
        var session = fixture.session()
        return [
            Station(name: "unmask and check a frame of 128 bytes") {
                var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 16)
                decoder.append(fixture.frame)
                guard case .text(let text) = try decoder.next() else { return 0 }
                return text.readableBytes
            },
            Station(name: "decode a send (JSON to command)") {
                try CommandEnvelope(decoding: fixture.command, limits: fixture.limits).id ?? 0
            },
            Station(name: "normalise a Korean text (NFC)") { fixture.korean.normalizedNFC.utf8.count },
            Station(name: "decide (session machine)") {
                guard case .send(_, let id) = session.resume(fixture.envelope) else { return 0 }
                return id ?? 0
            },
            Station(name: "write the tail of a message") {
                PublicationCodec.tail(sender: fixture.user, text: fixture.text, kind: .text, key: fixture.key)
                    .readableBytes
            },
        ]
    }

    /// From the broker's bytes to clients.
    private static func sending(_ fixture: Fixture) -> [Station] {
        // A loop keeps the memory of its answers.
        var answer = ByteBuffer()
        return [
            Station(name: "read the place from a message's head") {
                PublicationCodec.position(of: fixture.payload, prefix: fixture.prefix)?.seq ?? 0
            },
            Station(name: "gather 16 messages in one buffer") {
                var buffer = ByteBufferAllocator().buffer(capacity: 16 * (fixture.payload.readableBytes + 4))
                for _ in 0..<16 { FrameEncoder.write(.text, fixture.payload, to: &buffer) }
                return buffer.readableBytes
            },
            Station(name: "encode an ok") {
                let receipt = Receipt(position: fixture.position, time: 1, isDuplicate: false)
                answer.clear()
                Reply.sent(fixture.room, receipt).write(id: 7, to: &answer)
                return answer.readableBytes
            },
        ]
    }
}

/// Values that stations share.
struct Fixture {
    let room: RoomName
    let user: User
    let text = String(repeating: "x", count: Stations.size)
    let korean = String(repeating: "안녕하세요 ", count: 8)
    let key: IdempotencyKey
    let command: ByteBuffer
    let envelope: CommandEnvelope
    let frame: ByteBuffer
    let prefix: ByteBuffer
    let tail: ByteBuffer
    let position: LogPosition
    let payload: ByteBuffer
    let limits: Limits

    init() throws {
        var limits = Limits()
        (limits.sends, limits.commands) = (nil, nil)
        self.limits = limits
        self.room = try RoomName("lobby")
        self.user = User(id: UserID("u0123456789abcdef"), name: try UserName("Mina"))
        self.key = try IdempotencyKey("k1")
        self.command = ByteBuffer(string: #"{"type":"send","id":7,"room":"lobby","key":"k1","text":"\#(self.text)"}"#)
        self.envelope = try CommandEnvelope(decoding: self.command, limits: limits)
        var frame = ByteBuffer()
        FrameEncoder.write(.text, ByteBuffer(string: self.text), mask: 0x1234_5678, to: &frame)
        self.frame = frame
        self.prefix = PublicationCodec.prefix(self.room)
        self.tail = PublicationCodec.tail(sender: self.user, text: self.text, kind: .text, key: nil)
        self.position = LogPosition(epoch: try Epoch("0123456789ab"), seq: 123_456)
        self.payload = PublicationCodec.assemble(
            prefix: self.prefix,
            position: self.position,
            time: 1_790_000_000_000,
            tail: self.tail
        )
    }

    /// The machine of a member.
    func session() -> CommandMachine {
        let now = ContinuousClock.now
        var session = CommandMachine(limits: self.limits, now: now)
        let join = CommandEnvelope(id: nil, .join(.init(room: self.room))).encoded()
        _ = session.receive(join, limits: self.limits, now: now)
        for held in session.opened(self.user) { _ = session.resume(held) }
        _ = session.joined(self.room)
        return session
    }
}
