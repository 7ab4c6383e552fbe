import ChatCore
import NIOCore
import Testing

@testable import ChatClient

@Suite(.patience) struct OutboxJournalTests {
    private func send(_ number: Int, text: String = "안녕\n\"you\"", time: Int = 1000) throws -> KeptSend {
        KeptSend(
            room: try RoomName("lobby"),
            text: text,
            kind: number % 2 == 0 ? .action : .text,
            key: try IdempotencyKey("k\(number)"),
            time: time
        )
    }

    private func read(_ bytes: ByteBuffer, now: Int = 2000, capacity: Int = 10) throws -> OutboxJournal {
        try OutboxJournal(reading: bytes, now: now, capacity: capacity)
    }

    /// A file as it is after some sends were appended.
    private func file(_ sends: [KeptSend]) throws -> ByteBuffer {
        var journal = OutboxJournal(capacity: 100)
        var bytes = journal.compacted()
        if let line = journal.setSession(try #require(SessionSecret("0123456789abcdef"))) {
            bytes.writeImmutableBuffer(line)
        }
        for send in sends {
            guard case .write(let line) = journal.append(send) else { continue }
            bytes.writeImmutableBuffer(line)
        }
        #expect(journal.fileBytes == bytes.readableBytes)
        return bytes
    }

    @Test func `what was appended is read again, in order, with the session`() throws {
        let sends = try (1...3).map { try self.send($0) }
        let contents = try self.read(self.file(sends)).contents
        #expect(contents.sends == sends)
        #expect(contents.session?.rawValue == "0123456789abcdef")
        #expect(contents.damaged == 0)
    }

    @Test func `what is done is gone, and a compacted file holds the rest`() throws {
        var journal = try self.read(self.file([self.send(1), self.send(2)]))
        #expect(journal.remove(try IdempotencyKey("k1")) != nil)
        #expect(journal.remove(try IdempotencyKey("k1")) == nil)
        #expect(journal.remove(try IdempotencyKey("other")) == nil)
        let again = try self.read(journal.compacted())
        #expect(again.contents == journal.contents)
        #expect(again.contents.sends == [try self.send(2)])
    }

    @Test func `wherever the end is torn off, what stands before is read`() throws {
        let sends = try (1...2).map { try self.send($0) }
        let bytes = try self.file(sends)
        let first = try self.file([sends[0]]).readableBytes
        for length in first..<bytes.readableBytes - 1 {
            let contents = try self.read(try #require(bytes.getSlice(at: 0, length: length))).contents
            #expect(contents.sends == [sends[0]])
            #expect(contents.damaged == (length == first ? 0 : 1))
        }
    }

    @Test func `a damaged record hides none of the others`() throws {
        var bytes = try self.file([self.send(1)])
        bytes.writeString("\u{0}\u{0}\u{0}\n{\"type\":\"send\",\"key\":1}\n")
        bytes.writeImmutableBuffer(try self.file([self.send(2)]))
        let contents = try self.read(bytes).contents
        #expect(contents.sends.map(\.key.rawValue) == ["k1", "k2"])
        #expect(contents.damaged == 2)
    }

    @Test func `a send that the server may have forgotten is not sent again`() throws {
        // A server that says nothing knows keys for a day; an hour of that is for clocks that disagree.
        let day = 23 * 3600 * 1000
        let old = try self.send(1, time: 0)
        let new = try self.send(2, time: day)
        let contents = try self.read(self.file([old, new]), now: day + 1).contents
        #expect(contents.expired == [old] && contents.sends == [new])
    }

    @Test(arguments: [(0, 0), (60, 0), (120, 60), (3600, 3450), (86400, 82800), (.max, 1_053_698_643_286)])
    func `how long a send is good is what the server said`(seconds: Int, lifetime: Int) throws {
        var journal = OutboxJournal(capacity: 10)
        _ = journal.append(try self.send(1, time: 0))
        #expect(journal.setKeySeconds(seconds) != nil)
        #expect(journal.setKeySeconds(seconds) == nil)
        let file = journal.compacted()
        #expect(try self.read(file, now: lifetime * 1000).contents.expired.isEmpty)
        #expect(try self.read(file, now: lifetime * 1000 + 1).contents.expired.count == 1)
    }

    @Test func `a full outbox takes no more, and what is done makes room`() throws {
        var journal = OutboxJournal(capacity: 1)
        guard case .write = journal.append(try self.send(1)) else { throw Unexpected() }
        #expect(journal.append(try self.send(2)) == .full)
        _ = journal.remove(try IdempotencyKey("k1"))
        guard case .write = journal.append(try self.send(2)) else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    @Test func `a file is written anew before it grows without bound`() throws {
        var journal = OutboxJournal(capacity: 10)
        _ = journal.compacted()
        var most = 0
        for number in 0..<5000 {
            _ = journal.append(try self.send(number))
            _ = journal.remove(try IdempotencyKey("k\(number)"))
            most = max(most, journal.fileBytes)
            if journal.isBloated { _ = journal.compacted() }
        }
        #expect(most < OutboxJournal.slack + 1000)
    }

    @Test func `the file of a newer program is left alone`() throws {
        let bytes = ByteBuffer(string: #"{"type":"outbox","version":2}"# + "\n")
        #expect(throws: ClientError.self) { try self.read(bytes) }
    }

    @Test(arguments: [Int.min, -1, 1 << 53, Int.max])
    func `a time that no clock can tell is damage`(time: Int) throws {
        var bytes = try self.file([])
        let kept = #"{"type":"send","key":"k","room":"lobby","kind":"text","time":\#(time),"text":"x"}"#
        bytes.writeString(kept + "\n")
        let contents = try self.read(bytes).contents
        #expect(contents.damaged == 1 && contents.sends.isEmpty && contents.expired.isEmpty)
    }

    @Test func `a key that is kept twice is done at once, and may be kept again`() throws {
        var bytes = try self.file([self.send(1), self.send(2), self.send(1)])
        bytes.writeString(#"{"type":"done","key":"k1"}"# + "\n")
        #expect(try self.read(bytes).contents.sends == [self.send(2)])
        bytes.writeImmutableBuffer(try self.file([self.send(1)]))
        #expect(try self.read(bytes).contents.sends == [self.send(2), self.send(1)])
    }
}
