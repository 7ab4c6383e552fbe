import ChatCore
import ChatRedis
import NIOCore

extension Stations {
    /// What the broker and the room do with a message.
    static func rooms(_ fixture: Fixture) throws -> [Station] {
        let following = Following(fixture)
        let next = Publication(position: fixture.position.next, payload: fixture.payload)
        let feed = try Self.feed(at: fixture.position, fixture)
        let coming = try Coming(fixture)
        return [
            Station(name: "number and assemble a message") {
                let (prefix, tail) = (fixture.prefix, fixture.tail)
                return PublicationCodec.assemble(prefix: prefix, position: fixture.position, time: 1, tail: tail)
                    .readableBytes
            },
            Station(name: "take a message that follows (room feed)") {
                var feed = feed
                guard case .deliver = feed.received(next) else { throw StationError.unexpected }
                return feed.position?.seq ?? 0
            },
            Station(name: "keep a message for those who join (room tail)") { following.append() },
            Station(name: "a member of 200 goes and comes (crowd)") { coming.goAndCome() },
        ]
    }

    /// A feed that stands at a position and is sure of it.
    private static func feed(at position: LogPosition, _ fixture: Fixture) throws -> RoomFeed {
        var feed = RoomFeed()
        _ = feed.subscribed()
        let page = LogPage(epoch: position.epoch, first: position.seq + 1, head: position.seq, publications: [])
        guard case .deliver = feed.read(page, anchor: fixture.payload) else { throw StationError.unexpected }
        return feed
    }

    /// What hiredis does for a message: the command of a send, its answer, and what is published.
    static func redis(_ fixture: Fixture) throws -> [Station] {
        let key = "chat:{lobby}"
        // As a link sends it: what runs the script, keys and arguments, and the run of Redis.
        let call = RedisCommand("EVALSHA", String(repeating: "a", count: 40))
        let run = RedisCommand(String(repeating: "b", count: 16))
        // A room has these ready.
        let keys = RedisCommand(key + ":meta", key + ":log")
        var words = RedisCommand()
        words.append(fixture.prefix)
        words.append(key)
        // A connection keeps its memory.
        var outbound = ByteBuffer()
        let push = Self.resp(["message", key, String(buffer: fixture.payload)])
        let answer = ByteBuffer(string: "*4\r\n$12\r\n0123456789ab\r\n:123456\r\n:1790000000000\r\n:0\r\n")
        let reader = HiredisReader()
        // Until hiredis' own buffer has the size that it keeps.
        for _ in 0..<100 {
            try reader.feed(answer)
            _ = try reader.next()
        }
        return [
            Station(name: "write the script call of a send (RESP)") {
                var command = RedisCommand()
                command.reserve(arguments: 10, bytes: 512 + fixture.tail.readableBytes)
                command.append(2)
                command.append(contentsOf: keys)
                command.append("0123456789ab")
                command.append(contentsOf: words)
                command.append("0123456789abcdefghijklmn")
                command.append("")
                command.append(fixture.tail)
                command.append(bytesOf: 0x0123_4567_89ab_cdef)
                outbound.clear()
                outbound.writeRedisCommand(command, after: call, then: run)
                return outbound.readableBytes
            },
            Station(name: "read the answer to a send (RESP)") {
                try reader.feed(answer)
                return try reader.next()?.array?.count ?? 0
            },
            Station(name: "read a published message (RESP)") {
                try reader.feed(push)
                guard case .message(_, let payload) = try reader.nextPush() else { throw StationError.unexpected }
                return payload.readableBytes
            },
        ]
    }

    private static func resp(_ words: [String]) -> ByteBuffer {
        var buffer = ByteBuffer(string: "*\(words.count)\r\n")
        for word in words { buffer.writeString("$\(word.utf8.count)\r\n\(word)\r\n") }
        return buffer
    }
}

/// A room of 200, of which one member goes and comes.
private final class Coming {
    private static let members = 200

    private let room: RoomName
    private let user: User
    private var crowd: Crowd

    init(_ fixture: Fixture) throws {
        (self.room, self.user) = (fixture.room, fixture.user)
        self.crowd = Crowd(room: fixture.room, limit: 1000)
        let name = fixture.user.name
        let others = (1..<Self.members).map { User(id: UserID("u\($0)"), name: name) }
        let members = others + [fixture.user]
        _ = self.crowd.receive(MemberPage(members: members, count: members.count, cursor: nil, version: members.count))
    }

    func goAndCome() -> Int {
        self.change(.left, Self.members - 1)
        self.change(.joined, Self.members)
        return self.crowd.version
    }

    private func change(_ kind: PresenceKind, _ count: Int) {
        let version = self.crowd.version + 1
        let change = PresenceChange(room: self.room, user: self.user, memberCount: count, version: version)
        _ = self.crowd.receive(kind, change)
    }
}

/// A station did something else than what it is there to measure.
enum StationError: Error { case unexpected }

/// A room's tail that one message after the other is added to.
private final class Following {
    private var tail = RoomTail()
    private var position: LogPosition
    private let payload: ByteBuffer

    init(_ fixture: Fixture) {
        self.position = fixture.position
        self.payload = fixture.payload
        // A full tail: what comes in pushes something out.
        for _ in 0..<2 * RoomTail.maximumMessages { _ = self.append() }
    }

    func append() -> Int {
        self.position = self.position.next
        self.tail.append(Publication(position: self.position, payload: self.payload))
        return self.position.seq
    }
}

extension LogPosition {
    fileprivate var next: LogPosition { LogPosition(epoch: self.epoch, seq: self.seq + 1) }
}
