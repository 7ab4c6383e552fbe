import ChatCore
import ChatWebSocket
import NIOCore

/// What one message costs on its way through a node, station by station, without sockets.
@main
enum MicroBenchmarks {
    static func main() throws {
        let stations = try Stations()
        print("ns for one repetition: fastest and median of 15 rounds")
        try Self.report("decode a send (JSON to command)") { try stations.decodeCommand() }
        try Self.report("decide (session machine)") { stations.decide() }
        try Self.report("write the tail of a message") { stations.writeTail() }
        try Self.report("number and assemble a message") { stations.assemble() }
        try Self.report("read the place from a message's head") { stations.readPosition() }
        try Self.report("normalise a Korean text (NFC)") { stations.normalize() }
        try Self.report("unmask and check a frame of 128 bytes") { try stations.decodeFrame() }
        try Self.report("gather 16 messages in one buffer") { stations.gather() }
        try Self.report("encode an ok") { stations.encodeReply() }
    }

    private static func report(_ name: String, _ work: () throws -> Int) throws {
        let result = try Stopwatch.time(work)
        print(Self.column(name, 40), Self.number(result.fastest), Self.number(result.median))
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func number(_ time: Duration) -> String {
        let text = String(time.components.attoseconds / 1_000_000_000)
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }
}

/// The stations, with all that they need made beforehand.
private struct Stations {
    private let room: RoomName
    private let user: User
    private let command: ByteBuffer
    private let envelope: CommandEnvelope
    private let frame: ByteBuffer
    private let prefix: ByteBuffer
    private let tail: ByteBuffer
    private let position: LogPosition
    private let payload: ByteBuffer
    private let text = String(repeating: "안녕하세요 ", count: 8)
    private let session: SessionMachine
    private let limits: Limits

    init() throws {
        var limits = Limits()
        (limits.sends, limits.commands) = (nil, nil)
        self.limits = limits
        self.room = try RoomName("lobby")
        self.user = User(id: UserID("u0123456789abcdef"), name: try UserName("Mina"))
        let text = String(repeating: "x", count: 128)
        self.command = ByteBuffer(string: #"{"type":"send","id":7,"room":"lobby","key":"k1","text":"\#(text)"}"#)
        self.envelope = try CommandEnvelope(decoding: self.command, limits: limits)
        var frame = ByteBuffer()
        FrameEncoder.write(.text, ByteBuffer(string: text), mask: 0x1234_5678, to: &frame)
        self.frame = frame
        self.prefix = PublicationCodec.prefix(self.room)
        self.tail = PublicationCodec.tail(sender: self.user, text: text, kind: .text, key: nil)
        self.position = LogPosition(epoch: try Epoch("0123456789ab"), seq: 123_456)
        self.payload = PublicationCodec.assemble(
            prefix: self.prefix,
            position: self.position,
            time: 1_790_000_000_000,
            tail: self.tail
        )
        let now = ContinuousClock.now
        var session = SessionMachine(limits: limits, now: now)
        _ = session.receive(CommandEnvelope(id: nil, .join(.init(room: self.room))), now: now)
        for held in session.opened(self.user) { _ = session.resume(held) }
        _ = session.joined(self.room)
        self.session = session
    }

    func decodeCommand() throws -> Int {
        try CommandEnvelope(decoding: self.command, limits: self.limits).id ?? 0
    }

    func decide() -> Int {
        var session = self.session
        guard case .send(_, let id) = session.resume(self.envelope) else { return 0 }
        return id ?? 0
    }

    func writeTail() -> Int {
        guard case .send(let send) = self.envelope.command else { return 0 }
        return PublicationCodec.tail(sender: self.user, text: send.text.rawValue, kind: .text, key: send.key)
            .readableBytes
    }

    func assemble() -> Int {
        PublicationCodec.assemble(prefix: self.prefix, position: self.position, time: 1, tail: self.tail).readableBytes
    }

    func readPosition() -> Int { PublicationCodec.position(of: self.payload, prefix: self.prefix)?.seq ?? 0 }

    func normalize() -> Int { self.text.normalizedNFC.utf8.count }

    func decodeFrame() throws -> Int {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 16)
        decoder.append(self.frame)
        guard case .text(let text) = try decoder.next() else { return 0 }
        return text.readableBytes
    }

    func gather() -> Int {
        var buffer = ByteBufferAllocator().buffer(capacity: 16 * (self.payload.readableBytes + 4))
        for _ in 0..<16 { FrameEncoder.write(.text, self.payload, to: &buffer) }
        return buffer.readableBytes
    }

    func encodeReply() -> Int {
        Reply.sent(self.room, Receipt(position: self.position, time: 1, isDuplicate: false)).encoded(id: 7)
            .readableBytes
    }
}
