import ChatCore
import Testing

@testable import ChatRedis

@Suite("The slots of a Cluster", .patience)
struct HashSlotTests {
    /// What `CLUSTER KEYSLOT` says.
    @Test(arguments: [
        ("123456789", 12739), ("foo", 12182), ("somekey", 11058), ("foo{hash_tag}", 2515), ("", 0),
        ("chat:{lobby}", 10294), ("chat:{lobby}:meta", 10294), ("chat:{lobby}:log", 10294),
    ])
    func `a key is in the slot in which Redis looks for it`(key: String, number: Int) {
        #expect(HashSlot(of: key).number == number)
    }

    @Test func `the tag is the text between the first brace and the next one that closes it`() {
        #expect(HashSlot(of: "{user1000}.following") == HashSlot(of: "user1000"))
        #expect(HashSlot(of: "foo{{bar}}zap") == HashSlot(of: "{bar"))
        #expect(HashSlot(of: "foo{bar}{zap}") == HashSlot(of: "bar"))
        #expect(HashSlot(of: "}{래블업}") == HashSlot(of: "래블업"))
        // An empty tag is none, and so is one without an end.
        #expect(HashSlot(of: "foo{}{bar}") != HashSlot(of: "bar"))
        #expect(HashSlot(of: "foo{bar").number == HashSlot(of: "foo{bar").number)
        #expect(HashSlot(of: "foo{bar") != HashSlot(of: "bar"))
    }

    @Test func `all keys and the channel of a room are in one slot`() throws {
        let keys = RedisKeys(prefix: "chat:", database: 0)
        for name in ["lobby", "래블업", "a.b", "x-meta"] {
            let room = try RoomName(name)
            let names = [
                keys.channel(room), keys.meta(room), keys.log(room), keys.members(room), keys.leases(room),
                keys.names(room), keys.held(room),
            ]
            #expect(Set(names.map { HashSlot(of: $0) }).count == 1)
        }
    }

    @Test func `every slot has a tag, which is a number`() throws {
        for number in [0, 1, 8191, 16383] {
            let slot = try #require(HashSlot(number))
            #expect(Int(slot.tag) != nil)
            #expect(HashSlot(of: "chat:node:x:{\(slot.tag)}") == slot)
        }
        #expect(HashSlot(-1) == nil)
        #expect(HashSlot(16384) == nil)
    }
}

@Suite("Redirections of a Cluster", .patience)
struct RedirectionTests {
    @Test(arguments: [
        ("MOVED 3999 127.0.0.1:6381", Redirection.Destination.server(.host("127.0.0.1", port: 6381))),
        ("MOVED 3999 ::1:6381", .server(.host("::1", port: 6381))),
        ("MOVED 3999 redis-1.example:6381", .server(.host("redis-1.example", port: 6381))),
        ("MOVED 3999 :6381", .sameHost(port: 6381)), ("MOVED 3999 ?:6381", .unknown), ("MOVED 3999 x", .unknown),
        ("MOVED 3999 x:0", .unknown), ("MOVED 3999 x:65536", .unknown),
    ])
    func `who has moved is somewhere`(text: String, destination: Redirection.Destination) throws {
        #expect(Redirection(text) == .moved(try #require(HashSlot(3999)), destination))
    }

    @Test func `the other answers are read`() {
        #expect(Redirection("ASK 3999 a:1") == .ask(.server(.host("a", port: 1))))
        #expect(Redirection("TRYAGAIN Multiple keys request during rehashing of slot") == .tryAgain)
        #expect(Redirection("CLUSTERDOWN The cluster is down") == .isDown)
    }

    @Test(arguments: ["MOVED", "MOVED 16384 a:1", "MOVED x a:1", "ASK", "ERR MOVED 1 a:1", "", "OOM", "movEd 1 a:1"])
    func `what is none is another error`(text: String) { #expect(Redirection(text) == nil) }

    @Test func `a server without a name is where the one that answers is`() {
        let here = RedisURL.Address.host("10.0.0.1", port: 7000)
        #expect(Redirection.Destination.sameHost(port: 1).address(from: here) == .host("10.0.0.1", port: 1))
        #expect(Redirection.Destination.unknown.address(from: here) == nil)
        #expect(Redirection.Destination.sameHost(port: 1).address(from: .socket(path: "/x")) == nil)
    }
}
