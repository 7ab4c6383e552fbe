import Testing

@testable import ChatRedis

@Suite("Addresses of Redis", .patience)
struct RedisURLTests {
    @Test
    func `a host alone has the default port and database`() throws {
        let url = try RedisURL("redis://example.org")
        #expect(url == RedisURL(address: .host("example.org", port: 6379)))
    }

    @Test
    func `everything may be given`() throws {
        let url = try RedisURL("rediss://chat:p%40ss%3A%2F@redis.example:6380/3")
        #expect(url.target == .server(.host("redis.example", port: 6380)))
        #expect(url.usesTLS)
        #expect(url.user == "chat")
        #expect(url.password == .init("p@ss:/"))
        #expect(url.database == 3)
    }

    @Test
    func `a password needs no user, and may hold an at sign as it is`() throws {
        let url = try RedisURL("redis://:a@b:c@h")
        #expect(url.user == nil)
        #expect(url.password == .init("a@b:c"))
        #expect(url.target == .server(.host("h", port: 6379)))
    }

    @Test
    func `a user may stand alone, and have an empty password`() throws {
        let user = try RedisURL("redis://chat@h")
        #expect(user.user == "chat" && user.password == nil)
        #expect(!"\(user)".contains("chat"))
        #expect(try RedisURL("redis://chat:@h").password == .init(""))
        #expect(try RedisURL("redis://:@h").password == nil)
        #expect(try RedisURL("unix://chat@/run/redis.sock").user == "chat")
    }

    @Test(arguments: [("redis://[::1]", 6379), ("redis://[::1]:7000", 7000), ("redis://[::1]:7000/0", 7000)])
    func `an IPv6 address stands in brackets`(text: String, port: Int) throws {
        #expect(try RedisURL(text).target == .server(.host("::1", port: port)))
    }

    @Test
    func `a socket is named by its path`() throws {
        #expect(try RedisURL("unix:/run/redis.sock") == RedisURL(address: .socket(path: "/run/redis.sock")))
        let url = try RedisURL("unix:///run/a%20b.sock?db=2")
        #expect(url.target == .server(.socket(path: "/run/a b.sock")))
        #expect(url.database == 2)
        #expect(try RedisURL("unix://u:p@/run/redis.sock").password == .init("p"))
    }

    @Test
    func `sentinels are a list, and the name of the primary is the path`() throws {
        let url = try RedisURL("redis-sentinel://chat:pw@a,b:7000,[::1]:7001/my%20master/2")
        let sentinels: [RedisURL.Address] = [.host("a", port: 26379), .host("b", port: 7000), .host("::1", port: 7001)]
        #expect(url.target == .primary(name: "my master", sentinels: sentinels))
        #expect(url.user == "chat" && url.password == .init("pw") && url.database == 2 && !url.usesTLS)
        #expect("\(url)" == "redis-sentinel://a:26379,b:7000,[::1]:7001/my master/2")
        #expect(try RedisURL("rediss-sentinel://a/m").usesTLS)
        #expect(try RedisURL("rediss-sentinel://a/m/").database == 0)
    }

    @Test func `a Cluster is named by some of its servers`() throws {
        let url = try RedisURL("rediss-cluster://chat:pw@a,b:7000,[::1]:7001")
        let seeds: [RedisURL.Address] = [.host("a", port: 6379), .host("b", port: 7000), .host("::1", port: 7001)]
        #expect(url.target == .cluster(seeds: seeds))
        #expect(url.usesTLS && url.user == "chat" && url.password == .init("pw") && url.database == 0)
        #expect("\(url)" == "rediss-cluster://a:6379,b:7000,[::1]:7001")
        #expect(try RedisURL("redis-cluster://a/").target == .cluster(seeds: [.host("a", port: 6379)]))
    }

    @Test(arguments: [
        "redis-cluster:a", "redis-cluster://", "redis-cluster://a,", "redis-cluster://a:0", "redis-cluster://a/0",
        "redis-cluster://a/1", "redis-cluster://a?x=1",
        "redis-cluster://" + Array(repeating: "a", count: 17).joined(separator: ","),
    ])
    func `a Cluster has servers, and no other database`(text: String) {
        #expect(throws: RedisURLError.self) { try RedisURL(text) }
    }

    @Test(arguments: [
        "redis-sentinel://a", "redis-sentinel://a/", "redis-sentinel://a,/m", "redis-sentinel:///m",
        "redis-sentinel://a,,b/m", "redis-sentinel://a:0/m", "redis-sentinel://a/m/x", "redis-sentinel://a/m/1/2",
        "redis-sentinel://a/m?x=1", "redis-sentinel://u:secret@/m", "redis-sentinel://u:secret@a/%ff",
        "redis-sentinel://" + Array(repeating: "a", count: 17).joined(separator: ",") + "/m",
    ])
    func `a list of sentinels that cannot be is refused, and never repeated`(text: String) {
        let error = #expect(throws: RedisURLError.self) { try RedisURL(text) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: [
        "", "localhost", "http://h", "redis:h", "redis://", "redis:///1", "redis://:6379", "redis://h:0",
        "redis://h:65536", "redis://h:port", "redis://h/x", "redis://h/-1", "redis://h?db=1", "redis://h/0?x=1",
        "redis://::1", "redis://[::1", "redis://[::1]x", "redis://secret%@h", "redis://u:secret%@h", "redis://u:%zz@h",
        "redis://u:secret#@h", "unix:relative", "unix://host/path", "unix:/", "unix:/a?x=1", "unix:/a?db=x",
        "redis://h/%31", "redis://u:secret%ff@h", "redis://u:secret@[::1",
    ])
    func `what cannot be an address is refused, and never repeated`(text: String) {
        let error = #expect(throws: RedisURLError.self) { try RedisURL(text) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test
    func `a password does not get into a log by mistake`() throws {
        let url = try RedisURL("redis://u:hunter2@h:1/2")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), "\(String(describing: url.password))", dumped] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect("\(url)" == "redis://h:1/2")
    }
}
