import NIOCore
import TestSupport
import Testing

@testable import ChatCore

@Suite("A deleted message loses its text everywhere", .patience)
struct DeletionTests {
    private let samples: Samples
    private let jonas: User

    init() throws {
        self.samples = try Samples()
        self.jonas = User(id: UserID("u2"), name: try UserName("Jonas"))
    }

    private func payload(_ seq: Int, _ tail: ByteBuffer) -> ByteBuffer {
        PublicationCodec.assemble(
            prefix: PublicationCodec.prefix(self.samples.lobby),
            position: self.samples.position(seq),
            time: 99,
            tail: tail
        )
    }

    private func message(_ seq: Int, _ text: String, key: String? = nil) throws -> ByteBuffer {
        let key = try key.map { try IdempotencyKey($0) }
        return self.payload(
            seq,
            PublicationCodec.tail(sender: self.samples.mina, text: text, kind: .action, key: key)
        )
    }

    private func deletion(_ seq: Int, of deleted: Int) -> ByteBuffer {
        self.payload(seq, PublicationCodec.deletionTail(of: deleted, by: self.jonas))
    }

    @Test func `the bytes are those of the protocol`() throws {
        let head = #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":"#
        let deletion = #"{"id":"u2","name":"Jonas"},"text":"A message was deleted.","kind":"deletion","of":41}"#
        #expect(String(buffer: self.deletion(42, of: 41)) == head + #"42,"time":99,"from":"# + deletion)
        let deleted = #"{"id":"u1","name":"Mina"},"text":"This message was deleted.","kind":"deleted","key":"k"}"#
        let rest = try #require(PublicationCodec.deleted(try self.message(41, "waves", key: "k")))
        #expect(String(buffer: rest) == head + #"41,"time":99,"from":"# + deleted)
    }

    @Test(arguments: [1, 9, 10, 4_294_967_296, 9_007_199_254_740_991])
    func `an entry that deletes is known by its end`(seq: Int) {
        #expect(PublicationCodec.deletedSeq(by: self.deletion(seq + 1, of: seq)) == seq)
    }

    /// People choose texts and keys, and other programs whatever they like.
    @Test(arguments: [
        #","of":41}"#, #"","of":41}"#, #"x,"of":41"#, "of", #"\","of":7"#, String(repeating: "9", count: 40),
    ])
    func `no text and no key looks like a deletion`(text: String) throws {
        #expect(PublicationCodec.deletedSeq(by: try self.message(1, text)) == nil)
        #expect(PublicationCodec.deletedSeq(by: try self.message(1, "x", key: text)) == nil)
    }

    @Test(arguments: [
        "", "}", "1}", #":1}"#, #""of":1}"#, #","of":}"#, #","of":-1}"#, #","of":99999999999999999999}"#, #","of":1"#,
    ])
    func `what is no entry deletes nothing`(text: String) {
        #expect(PublicationCodec.deletedSeq(by: ByteBuffer(string: text)) == nil)
        #expect(PublicationCodec.deleted(ByteBuffer(string: text)) == nil)
    }

    @Test func `a deleted message is the same one as before, and no other`() throws {
        let message = try self.message(41, "a secret", key: "k")
        let deleted = try #require(PublicationCodec.deleted(message))
        #expect(PublicationCodec.isSame(message, message))
        #expect(PublicationCodec.isSame(deleted, message))
        // A log that has a deleted text again was rolled back.
        #expect(!PublicationCodec.isSame(message, deleted))
        #expect(!PublicationCodec.isSame(try self.message(41, "another", key: "k"), message))
        #expect(PublicationCodec.deleted(deleted) == deleted)
        #expect(PublicationCodec.deleted(self.deletion(42, of: 41)) == nil)
    }

    @Test func `a tail loses the text, also of its oldest message`() throws {
        var tail = RoomTail()
        for seq in 5...9 {
            let payload = try self.message(seq, "secret \(seq)")
            tail.append(Publication(position: self.samples.position(seq), payload: payload))
        }
        for (seq, deleted) in [(10, 5), (11, 9), (12, 1), (13, 12)] {
            let payload = self.deletion(seq, of: deleted)
            tail.append(Publication(position: self.samples.position(seq), payload: payload))
        }
        let kept = try #require(tail.messages(after: self.samples.position(4)))
        let texts = kept.map { String(buffer: $0.payload) }
        #expect(kept.map(\.position.seq) == Array(5...13))
        #expect(texts.filter { $0.contains("secret") }.count == 3)
        #expect(!texts.contains { $0.contains("secret 5") || $0.contains("secret 9") })
        #expect(kept[kept.startIndex].payload == PublicationCodec.deleted(try self.message(5, "secret 5")))
    }
}
