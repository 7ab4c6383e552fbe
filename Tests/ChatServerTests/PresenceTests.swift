import ChatCore
import ChatMemory
import Testing

@Suite(.patience)
struct PresenceTests {
    @Test func `members are told who leaves`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                try await server.withClient("/ws?room=lobby&name=Jun") { jun in
                    _ = try await jun.next("ok")
                    _ = try await jun.call(1, #"{"type":"leave","room":"lobby"}"#)
                    let left = try await mina.next("left")
                    #expect(left["user"]?["name"]?.string == "Jun")
                    #expect(left["member_count"]?.integer == 1)
                }
            }
        }
    }

    @Test(arguments: ["1", "2"])
    func `those who come in a crowd are told of one by one, to everybody who did not know`(loops: String) async throws {
        let count = 16
        let broker = CountingBroker(MemoryBroker.forTests())
        try await TestServer.with(["threads": loops], broker: broker) { server in
            let everybody = Barrier(count)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...count {
                    group.addTask {
                        try await server.withClient("/ws?room=lobby&name=\(number)") { client in
                            let ok = try await client.next("ok")
                            var version = try #require(ok["presence_version"]?.integer)
                            #expect(ok["members"]?.array?.count == ok["member_count"]?.integer)
                            #expect(ok["member_count"]?.integer == version)
                            while version < count {
                                let joined = try await client.joined(after: version)
                                #expect(joined["presence_version"]?.integer == version + 1)
                                version += 1
                                #expect(joined["member_count"]?.integer == version)
                            }
                            await everybody.arrive()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        // On each loop the first reads the list, and those who come while it is read share another one: how many do is luck.
        #expect(broker.listings < count)
    }

    @Test func `a user with two connections is one member and stays while one is left`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                let session = try #require(try await mina.next("welcome")["session"]?.string)
                try await server.withClient { other in
                    _ = try await other.call(1, #"{"type":"hello","session":"\#(session)"}"#)
                    let ok = try await other.call(2, #"{"type":"join","room":"lobby"}"#)
                    #expect(ok["member_count"]?.integer == 1)
                    _ = try await other.call(3, #"{"type":"leave","room":"lobby"}"#)
                }
                let page = try await mina.call(4, #"{"type":"members","room":"lobby"}"#)
                #expect(page["member_count"]?.integer == 1)
            }
        }
    }

    @Test func `a user who was lost leaves after the grace`() async throws {
        try await TestServer.with(["limits.presence-seconds": "1"]) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                try await server.withClient("/ws?room=lobby&name=Jun") { jun in _ = try await jun.next("ok") }
                #expect(try await mina.next("left")["user"]?["name"]?.string == "Jun")
            }
        }
    }

    @Test func `a user who comes back within the grace has never left`() async throws {
        try await TestServer.with(["limits.presence-seconds": "600"]) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                let session = try await server.withClient("/ws?room=lobby&name=Jun") { jun in
                    let welcome = try await jun.next("welcome")
                    _ = try await jun.next("ok")
                    return try #require(welcome["session"]?.string)
                }
                #expect(try await mina.joined(after: 1)["presence_version"]?.integer == 2)
                try await server.withClient { jun in
                    _ = try await jun.call(1, #"{"type":"hello","session":"\#(session)"}"#)
                    _ = try await jun.call(2, #"{"type":"join","room":"lobby"}"#)
                    // The next change is somebody else's: there was none between.
                    try await server.withClient("/ws?room=lobby&name=Ann") { ann in
                        _ = try await ann.next("ok")
                        let event = try await mina.joined(after: 2)
                        #expect(event["user"]?["name"]?.string == "Ann")
                        #expect(event["presence_version"]?.integer == 3)
                    }
                }
            }
        }
    }

    @Test func `a large room is told counts and not names`() async throws {
        try await TestServer.with(["limits.members": "2"]) { server in
            try await server.withClient("/ws?room=lobby&name=a") { first in
                _ = try await first.next("ok")
                try await server.withClient("/ws?room=lobby&name=b") { second in
                    _ = try await second.next("ok")
                    #expect(try await first.joined(after: 1)["user"]?["name"]?.string == "b")
                    try await server.withClient("/ws?room=lobby&name=c") { third in
                        let ok = try await third.next("ok")
                        #expect(ok["members"]?.array?.count == 2)
                        #expect(ok["member_count"]?.integer == 3)
                        while true {
                            guard case .message(let event) = try await first.receive() else { break }
                            #expect(event["type"]?.string != "joined" || event["user"]?["name"]?.string != "c")
                            guard event["type"]?.string == "presence" else { continue }
                            #expect(event["member_count"]?.integer == 3)
                            break
                        }
                    }
                }
            }
        }
    }

    @Test func `members come in pages`() async throws {
        try await TestServer.with(["limits.members": "2"]) { server in
            try await server.withClient("/ws?room=lobby&name=a") { first in
                _ = try await first.next("ok")
                try await server.withClient("/ws?room=lobby&name=b") { second in
                    _ = try await second.next("ok")
                    try await server.withClient("/ws?room=lobby&name=c") { third in
                        _ = try await third.next("ok")
                        let page = try await third.call(1, #"{"type":"members","room":"lobby"}"#)
                        let cursor = try #require(page["cursor"]?.string)
                        let rest = try await third.call(
                            2,
                            #"{"type":"members","room":"lobby","cursor":"\#(cursor)"}"#
                        )
                        let all = (page["members"]?.array ?? []) + (rest["members"]?.array ?? [])
                        #expect(Set(all.compactMap { $0["name"]?.string }) == ["a", "b", "c"])
                        #expect(rest["cursor"] == nil)
                    }
                }
            }
        }
    }
}
