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
        #expect(url.address == .host("redis.example", port: 6380))
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
        #expect(url.address == .host("h", port: 6379))
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
        #expect(try RedisURL(text).address == .host("::1", port: port))
    }

    @Test
    func `a socket is named by its path`() throws {
        #expect(try RedisURL("unix:/run/redis.sock") == RedisURL(address: .socket(path: "/run/redis.sock")))
        let url = try RedisURL("unix:///run/a%20b.sock?db=2")
        #expect(url.address == .socket(path: "/run/a b.sock"))
        #expect(url.database == 2)
        #expect(try RedisURL("unix://u:p@/run/redis.sock").password == .init("p"))
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
