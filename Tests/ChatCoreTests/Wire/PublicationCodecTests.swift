import NIOCore
import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct PublicationCodecTests {
    private let samples: Samples

    init() throws { self.samples = try Samples() }

    private func payload(_ room: RoomName, seq: Int, epoch: Epoch? = nil) throws -> ByteBuffer {
        PublicationCodec.assemble(
            prefix: PublicationCodec.prefix(room),
            position: LogPosition(epoch: epoch ?? self.samples.epoch, seq: seq),
            time: 1_700_000_000_000,
            tail: PublicationCodec.tail(
                sender: User(id: UserID("u\"1"), name: try UserName(#"O'Neil \ "x" 👋"#)),
                text: "안녕\n\"seq\":7 \\",
                kind: .action,
                key: try IdempotencyKey(#"k"\ 1"#)
            )
        )
    }

    @Test func `the bytes are those of the protocol`() throws {
        let payload = PublicationCodec.assemble(
            prefix: PublicationCodec.prefix(self.samples.lobby),
            position: self.samples.position(42),
            time: 99,
            tail: PublicationCodec.tail(sender: self.samples.mina, text: "hi", kind: .text, key: nil)
        )
        #expect(
            String(buffer: payload)
                == #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":42,"time":99,"from":{"id":"u1","name":"Mina"},"text":"hi","kind":"text"}"#
        )
    }

    @Test(arguments: ["lobby", "래블업", "a.b-c_d", "日本語", "e\u{323}\u{304}"])
    func `the place is read from the head, and the whole is JSON`(name: String) throws {
        let room = try RoomName(name)
        for seq in [1, 9, 10, 12345, 9_007_199_254_740_991] {
            let payload = try self.payload(room, seq: seq)
            let position = PublicationCodec.position(of: payload, prefix: PublicationCodec.prefix(room))
            #expect(position == self.samples.position(seq))
            let json = try JSONValue(payload)
            #expect(json["room"] == .string(ByteString(room.rawValue)))
            #expect(json["seq"] == .integer(seq))
            #expect(json["text"] == .string("안녕\n\"seq\":7 \\"))
            #expect(json["key"] == .string(#"k"\ 1"#))
        }
    }

    @Test(arguments: [8, 12, 32])
    func `an epoch may be as long as it likes`(count: Int) throws {
        let epoch = try Epoch(String(repeating: "z", count: count))
        let payload = try self.payload(self.samples.lobby, seq: 7, epoch: epoch)
        let prefix = PublicationCodec.prefix(self.samples.lobby)
        #expect(PublicationCodec.position(of: payload, prefix: prefix) == LogPosition(epoch: epoch, seq: 7))
    }

    @Test func `a place is read wherever the bytes lie`() throws {
        var buffer = ByteBuffer(string: "before")
        buffer.writeImmutableBuffer(try self.payload(self.samples.lobby, seq: 31))
        buffer.moveReaderIndex(forwardBy: 6)
        let prefix = PublicationCodec.prefix(self.samples.lobby)
        #expect(PublicationCodec.position(of: buffer, prefix: prefix) == self.samples.position(31))
    }

    @Test func `a payload of another room has no place`() throws {
        let payload = try self.payload(self.samples.lobby, seq: 1)
        for name in ["lobb", "lobby2", "Lobby", "래블업"] {
            let prefix = PublicationCodec.prefix(try RoomName(name))
            #expect(PublicationCodec.position(of: payload, prefix: prefix) == nil)
        }
    }

    @Test(arguments: [
        "", "{", "hello", "{}", #"{"text":"x"}"#, #"{"type":"typing","room":"lobby"}"#,
        #"{"type":"message","room":"lobby","time":1}"#,
        #"{"type":"message","room":"lobby","epoch":"#, #"{"type":"message","room":"lobby","epoch":""#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4""#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":0,"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":-1,"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":"1","#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","sex":1,"#,
        #"{"type":"message","room":"lobby","epoch":"E1B2C3D4","seq":1,"#,
        #"{"type":"message","room":"lobby","epoch":"short","seq":1,"#,
        #"{"type":"message","room":"lobby","epoch":"abcdefghijklmnopqrstuvwxyz0123456","seq":1,"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4", "seq":1,"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","time":1,"seq":1"#,
        #"{"type":"message","room":"lobby","epoch":"가가가","seq":1,"#,
    ])
    func `a payload without a head has no place`(payload: String) {
        let prefix = PublicationCodec.prefix(self.samples.lobby)
        #expect(PublicationCodec.position(of: ByteBuffer(string: payload), prefix: prefix) == nil)
    }

    @Test(arguments: ["lobby", "래블업"])
    func `a payload that was cut has its place or none`(name: String) throws {
        let room = try RoomName(name)
        let prefix = PublicationCodec.prefix(room)
        let payload = try self.payload(room, seq: 12_345)
        for count in 0..<payload.readableBytes {
            let cut = try #require(payload.getSlice(at: payload.readerIndex, length: count))
            let position = PublicationCodec.position(of: cut, prefix: prefix)
            #expect(position == nil || position == self.samples.position(12_345), "cut to \(count) bytes")
        }
    }

    @Test func `a number of more digits than any seq has no place`() {
        let payload = #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":123456789012345678901,"time":1}"#
        let prefix = PublicationCodec.prefix(self.samples.lobby)
        #expect(PublicationCodec.position(of: ByteBuffer(string: payload), prefix: prefix) == nil)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `no payload crashes`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let prefix = PublicationCodec.prefix(self.samples.lobby)
        let payload = Array(try self.payload(self.samples.lobby, seq: 7).readableBytesView)
        for _ in 0..<2000 {
            var bytes = payload.prefix(Int.random(in: 0...80, using: &generator))
            for _ in 0..<Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = PublicationCodec.position(of: ByteBuffer(bytes: bytes), prefix: prefix)
        }
    }

    @Test func `a message that stands in no log has neither epoch nor seq`() throws {
        let message = Message(
            room: self.samples.lobby,
            position: nil,
            time: 5,
            sender: self.samples.mina,
            text: "x",
            kind: .text,
            key: nil
        )
        let json = try JSONValue(Event.message(message).encoded())
        #expect(json["epoch"] == nil && json["seq"] == nil)
        #expect(json["time"] == .integer(5))
    }
}
