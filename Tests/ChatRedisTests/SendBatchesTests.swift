import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("What is sent together is stored by few scripts", .patience)
struct SendBatchesTests {
    private let mina = UserID("u0123456789abcdef")

    /// A draft; its text tells it from others.
    private func draft(_ text: String, to room: String = "lobby", isKeyed: Bool = true) throws -> Draft {
        let key = isKeyed ? try IdempotencyKey(text) : nil
        return Draft(room: try RoomName(room), sender: self.mina, key: key, tail: ByteBuffer(string: text))
    }

    private func texts(_ sending: SendBatches) -> [[String]] {
        sending.batches.map { $0.drafts.map { String(buffer: $0.tail) } }
    }

    /// What each place says of its draft.
    private func atPlaces(_ sending: SendBatches) -> [String] {
        let texts = self.texts(sending)
        return sending.places.map { texts[$0.batch][$0.place] }
    }

    @Test func `nothing makes no batch`() {
        let sending = SendBatches([])
        #expect(sending.batches.isEmpty && sending.places.isEmpty)
    }

    @Test func `messages of a room go together, in order, whatever comes between them`() throws {
        let rooms = ["a": "lobby", "b": "team", "c": "lobby", "d": "team", "e": "team", "f": "lobby"]
        let names = rooms.keys.sorted()
        let sending = SendBatches(try names.map { try self.draft($0, to: rooms[$0] ?? "") })
        #expect(self.texts(sending) == [["a", "c", "f"], ["b", "d", "e"]])
        #expect(self.atPlaces(sending) == names)
    }

    @Test func `messages with keys and without are apart, and none overtakes another`() throws {
        let sending = SendBatches([
            try self.draft("1"), try self.draft("x", to: "team"), try self.draft("2", isKeyed: false),
            try self.draft("y", to: "team"), try self.draft("3"), try self.draft("4"),
        ])
        #expect(self.texts(sending) == [["1"], ["x", "y"], ["2"], ["3", "4"]])
        #expect(sending.batches.map(\.isKeyed) == [true, true, false, true])
        #expect(self.atPlaces(sending) == ["1", "x", "2", "y", "3", "4"])
    }

    @Test func `a batch has so many messages at most`() throws {
        let sending = SendBatches(try (0..<40).map { try self.draft("\($0)", to: $0 == 20 ? "team" : "lobby") })
        #expect(sending.batches.map(\.drafts.count) == [16, 16, 1, 7])
        #expect(self.atPlaces(sending) == (0..<40).map { "\($0)" })
    }

    @Test func `a batch has so many bytes at most, but for a single message`() throws {
        let half = String(repeating: "x", count: SendBatch.byteLimit / 2)
        let whole = String(repeating: "y", count: SendBatch.byteLimit + 1)
        let sending = SendBatches(try [half, half, "z", whole].map { try self.draft($0, isKeyed: false) })
        #expect(sending.batches.map(\.drafts.count) == [2, 1, 1])
        #expect(sending.batches.map(\.bytes) == [SendBatch.byteLimit, 1, SendBatch.byteLimit + 1])
    }
}

@Suite("What Redis says of a batch", .patience)
struct SendAnswerTests {
    private static let epoch = RedisReply.bulk(ByteBuffer(string: "e1b2c3d4e5f6"))

    private func seqs(_ reply: RedisReply, count: Int) -> [Int?] {
        SendAnswer(.success(reply), count: count).results.map { try? $0.get().position.seq }
    }

    @Test func `each message has its number, its time and whether it was there already`() throws {
        let reply = RedisReply.array([
            Self.epoch, .integer(7), .integer(1000), .integer(0), .integer(3), .integer(900), .integer(1),
        ])
        let answer = SendAnswer(.success(reply), count: 2)
        let receipts = try answer.results.map { try $0.get() }
        #expect(receipts.map(\.position.seq) == [7, 3])
        #expect(receipts.map(\.time) == [1000, 900])
        #expect(receipts.map(\.isDuplicate) == [false, true])
        #expect(answer.lastPosition?.seq == 7)
        #expect(answer.lastPosition?.time == 1000)
        let repeated = SendAnswer(.success(.array([Self.epoch, .integer(3), .integer(900), .integer(1)])), count: 1)
        #expect(repeated.lastPosition?.seq == 3)
        #expect(repeated.lastPosition?.time == nil, "its time may be that of the answer")
    }

    @Test func `after one that failed all have failed, for its reason`() {
        let reply = RedisReply.array([
            Self.epoch, .integer(7), .integer(1000), .integer(0), .error("OOM command not allowed"),
        ])
        #expect(self.seqs(reply, count: 3) == [7, nil, nil])
        let results = SendAnswer(.success(reply), count: 3).results
        #expect(results.dropFirst().allSatisfy { $0 == .failure(BrokerError(redis: "OOM x")) })
    }

    @Test func `a failed request has failed for all`() {
        let answer = SendAnswer(.failure(.wasLost), count: 2)
        #expect(answer.results == [.failure(.wasLost), .failure(.wasLost)])
        #expect(answer.lastPosition == nil)
    }

    @Test(arguments: [
        [], [RedisReply.null], [Self.epoch], [Self.epoch, .integer(1), .integer(2)],
        [Self.epoch, .integer(-1), .integer(2), .integer(0), .integer(2), .integer(2), .integer(0)],
        [Self.epoch, .bulk(ByteBuffer(string: "1")), .integer(2), .integer(0)],
    ])
    func `anything else is no answer`(parts: [RedisReply]) {
        let answer = SendAnswer(.success(.array(parts)), count: 2)
        #expect(answer.results == [.failure(.isUnintelligible), .failure(.isUnintelligible)])
    }
}
