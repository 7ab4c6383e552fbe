import ChatCore
import Testing
import TestSupport

/// Moderators with tokens, on two nodes with one Redis.
@Suite("Moderators on two nodes with one Redis", .patience) struct ModeratorTests {
    private static let moderator = TokenServer.token("mod", rooms: #"{"lob*":["read","write","moderate"]}"#)

    private static func withNodes(
        _ body: (_ first: TestServer, _ second: TestServer, _ redis: RedisServerProcess) async throws -> Void
    ) async throws {
        try await RedisServerProcess.with { redis in
            let settings = ["redis": redis.url, "unlimited": "true"]
            try await TokenServer.with(settings) { first in
                try await TokenServer.with(settings) { second in try await body(first, second, redis) }
            }
        }
    }

    @Test func `a moderator's command reaches a member on the other node`() async throws {
        try await Self.withNodes { first, second, _ in
            try await second.withClient { mina in
                _ = try await mina.enter(TokenServer.token("mina"))
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                let id = TokenServer.id("mina")
                try await first.withClient { moderator in
                    _ = try await moderator.enter(Self.moderator)
                    let kick = try await moderator.call(
                        2,
                        #"{"type":"kick","room":"lobby","user":"\#(id)","reason":"a"}"#
                    )
                    #expect(kick["type"]?.string == "ok" && kick["user"]?.string == id && kick["until"] == nil)
                    let kicked = try await mina.next("removed")
                    #expect(kicked["code"]?.string == "kicked" && kicked["reason"]?.string == "a")
                    #expect(try await mina.call(3, #"{"type":"join","room":"lobby"}"#)["type"]?.string == "ok")
                    let mute = try await moderator.call(
                        3,
                        #"{"type":"mute","room":"lobby","user":"\#(id)","seconds":60}"#
                    )
                    #expect(mute["until"]?.integer != nil)
                    let send = #"{"type":"send","room":"lobby","text":"hi"}"#
                    #expect(try await mina.refusedEventually(send, from: 10)["code"]?.string == "muted")
                    _ = try await moderator.call(4, #"{"type":"unmute","room":"lobby","user":"\#(id)"}"#)
                    try await mina.sendEventually("lobby", from: 1000)
                    _ = try await moderator.call(5, #"{"type":"clear","room":"lobby"}"#)
                    #expect(try await mina.next("reset")["seq"]?.integer == 0)
                    let slow = try await moderator.call(6, #"{"type":"slow","room":"lobby","seconds":3600}"#)
                    #expect(slow["seconds"]?.integer == 3600)
                    #expect(try await mina.refusedEventually(send, from: 2000)["code"]?.string == "rate_limited")
                    _ = try await moderator.call(7, #"{"type":"join","room":"lobby"}"#)
                    for number in 10...12 {
                        #expect(try await moderator.call(number, send)["type"]?.string == "ok")
                    }
                    _ = try await moderator.call(20, #"{"type":"ban","room":"lobby","user":"\#(id)"}"#)
                    #expect(try await mina.next("removed")["code"]?.string == "banned")
                    #expect(try await mina.call(4000, #"{"type":"join","room":"lobby"}"#)["code"]?.string == "banned")
                    _ = try await moderator.call(21, #"{"type":"unban","room":"lobby","user":"\#(id)"}"#)
                    try await mina.joinEventually("lobby", from: 5000)
                    _ = try await moderator.call(22, #"{"type":"close","room":"lobby"}"#)
                    #expect(try await mina.next("removed")["code"]?.string == "room_closed")
                    _ = try await moderator.call(23, #"{"type":"open","room":"lobby"}"#)
                    try await mina.joinEventually("lobby", from: 6000)
                    // Not in a room where the token does not allow it.
                    let elsewhere = try await moderator.call(24, #"{"type":"kick","room":"other","user":"\#(id)"}"#)
                    #expect(elsewhere["code"]?.string == "forbidden")
                }
                let own = try await mina.call(9000, #"{"type":"clear","room":"lobby"}"#)
                #expect(own["code"]?.string == "forbidden")
            }
        }
    }

    @Test func `a ban holds after Redis was restarted empty, while a node lives`() async throws {
        try await Self.withNodes { first, second, redis in
            try await first.withClient { moderator in
                _ = try await moderator.enter(Self.moderator)
                let id = TokenServer.id("mina")
                _ = try await moderator.call(2, #"{"type":"ban","room":"lobby","user":"\#(id)"}"#)
                redis.kill()
                try await redis.start()
                while try await moderator.next("status")["state"]?.string != "ok" {}
            }
            // A node that knows nothing learns it from the others.
            try await TokenServer.with(["redis": redis.url]) { third in
                try await third.withClient { mina in
                    _ = try await mina.enter(TokenServer.token("mina"))
                    _ = try await mina.refusedEventually(#"{"type":"join","room":"lobby"}"#, from: 10)
                }
            }
        }
    }

    @Test func `a revoked token ends the connection on every node, and a fresh one comes back`() async throws {
        let key = "0123456789abcdef"
        try await RedisServerProcess.with { redis in
            try await Admin.withKeyFile(key) { file in
                let settings = ["redis": redis.url, "admin-key-file": file]
                try await TokenServer.with(settings) { first in
                    try await TokenServer.with(settings) { second in
                        let admin = Admin(server: first, key: key)
                        let past = Admin.now / 1000 - 100
                        let token = TokenServer.token("mina", #","jti":"j1","iat":\#(past)"#)
                        let sibling = TokenServer.token("mina", #","jti":"j2","iat":\#(past)"#)
                        try await second.withClient { mina in
                            _ = try await mina.enter(token)
                            #expect(try await admin.order("revoke", #"{"token":"j1"}"#) == 201)
                            #expect(try await mina.closeCode() == 4002)
                        }
                        try await second.withClient { mina in
                            try await mina.send(#"{"type":"hello","id":1,"token":"\#(token)"}"#)
                            #expect(try await mina.closeCode() == 4002)
                        }
                        let bearer = ["Authorization": "Bearer \(token)"]
                        #expect(try await second.request("GET", "/api/rooms", headers: bearer).status == 401)
                        try await second.withClient { mina in
                            _ = try await mina.enter(sibling)
                            let body = #"{"subject":"mina","reason":"stolen"}"#
                            #expect(try await admin.order("revoke", body) == 201)
                            #expect(try await mina.closeCode() == 4002)
                        }
                        try await second.withClient { mina in
                            let fresh = TokenServer.token("mina", #","iat":\#(Admin.now / 1000 + 1)"#)
                            let welcome = try await mina.enter(fresh)
                            #expect(welcome["type"]?.string == "welcome")
                        }
                    }
                }
            }
        }
    }
}
