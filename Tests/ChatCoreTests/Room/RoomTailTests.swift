import NIOCore
import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct RoomTailTests {
    private let samples: Samples
    private var tail = RoomTail()

    init() throws { self.samples = try Samples() }

    private func seqs(after seq: Int) -> [Int]? {
        self.tail.messages(after: self.samples.position(seq))?.map(\.position.seq)
    }

    @Test func `an empty tail has nothing, not even after the beginning`() {
        #expect(self.tail.last == nil)
        #expect(self.seqs(after: 0) == nil)
    }

    @Test mutating func `what follows a position is given when all of it is kept`() {
        for seq in 5...9 { self.tail.append(self.samples.publication(seq)) }
        #expect(self.tail.last == self.samples.position(9))
        for seq in 0...12 {
            let expected = (4...9).contains(seq) ? Array(seq + 1..<10) : nil
            #expect(self.seqs(after: seq) == expected)
        }
        let elsewhere = LogPosition(epoch: self.samples.otherEpoch, seq: 6)
        #expect(self.tail.messages(after: elsewhere) == nil)
    }

    @Test mutating func `so many messages are kept and no more`() {
        let maximum = RoomTail.maximumMessages
        for seq in 1...maximum + 30 {
            self.tail.append(self.samples.publication(seq))
            let first = max(1, seq - maximum + 1)
            #expect(self.seqs(after: first - 1)?.count == seq - first + 1)
            if first > 1 { #expect(self.seqs(after: first - 2) == nil) }
        }
    }

    @Test mutating func `so many bytes are kept and no more`() {
        let size = RoomTail.maximumBytes / 4
        for seq in 1...4 { self.tail.append(self.samples.publication(seq, bytes: size)) }
        #expect(self.seqs(after: 0) == [1, 2, 3, 4])
        self.tail.append(self.samples.publication(5, bytes: 1))
        #expect(self.seqs(after: 0) == nil)
        #expect(self.seqs(after: 1) == [2, 3, 4, 5])
        self.tail.append(self.samples.publication(6, bytes: 2 * size))
        #expect(self.seqs(after: 2) == nil)
        #expect(self.seqs(after: 3) == [4, 5, 6])
    }

    @Test mutating func `the newest message stays, however large`() {
        self.tail.append(self.samples.publication(1))
        self.tail.append(self.samples.publication(2, bytes: RoomTail.maximumBytes + 1))
        #expect(self.seqs(after: 1) == [2])
        #expect(self.seqs(after: 0) == nil)
        self.tail.append(self.samples.publication(3))
        #expect(self.seqs(after: 2) == [3])
        #expect(self.seqs(after: 1) == nil)
        // What has gone takes no room any more.
        for seq in 4...103 { self.tail.append(self.samples.publication(seq, bytes: 600)) }
        #expect(self.seqs(after: 2)?.count == 101)
    }

    @Test(arguments: [4, 6, 1, 100]) mutating func `a message that does not follow begins the tail anew`(seq: Int) {
        for seq in 3...4 { self.tail.append(self.samples.publication(seq)) }
        self.tail.append(self.samples.publication(seq))
        #expect(self.tail.last == self.samples.position(seq))
        #expect(self.seqs(after: seq - 1) == [seq])
        #expect(self.seqs(after: seq - 2) == nil)
    }

    @Test mutating func `another log begins the tail anew`() {
        for seq in 1...4 { self.tail.append(self.samples.publication(seq)) }
        let next = LogPosition(epoch: self.samples.otherEpoch, seq: 5)
        self.tail.append(Publication(position: next, payload: ByteBuffer()))
        #expect(self.tail.last == next)
        #expect(self.seqs(after: 3) == nil)
        self.tail.removeAll()
        #expect(self.tail.last == nil)
    }
}
