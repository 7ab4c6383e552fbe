import ChatCore
import Testing
import TestSupport

/// A token is worth the same on every node, and a session nothing on any.
@Suite("Tokens on two nodes with one Redis", .patience) struct TwoTokenNodesTests {
    @Test func `a user is the same on both, and a session of one opens nothing on the other`() async throws {
        try await RedisServerProcess.with { redis in
            let settings = ["redis": redis.url]
            try await TokenServer.with(settings) { first in
                try await TokenServer.with(settings) { second in
                    let mina = TokenServer.token("mina")
                    let session = try await first.withClient { client in
                        let welcome = try await client.enter(mina, #","name":"Mina""#)
                        #expect(welcome["resumed"]?.bool == false)
                        return try #require(welcome["session"]?.string)
                    }
                    try await second.withClient { client in
                        let welcome = try await client.enter(mina)
                        #expect(welcome["user"]?["id"]?.string == TokenServer.id("mina"))
                        #expect(welcome["user"]?["name"]?.string == "Mina" && welcome["resumed"]?.bool == true)
                    }
                    try await second.withClient { client in
                        let welcome = try await client.enter(TokenServer.token("juno"), #","session":"\#(session)""#)
                        #expect(welcome["user"]?["id"]?.string == TokenServer.id("juno"))
                        #expect(welcome["user"]?["name"]?.string != "Mina" && welcome["resumed"]?.bool == false)
                    }
                    try await second.withClient { client in
                        try await client.send(#"{"type":"hello","session":"\#(session)"}"#)
                        #expect(try await client.closeCode() == 4505)
                    }
                    // An open node beside them would not know it either.
                    try await TestServer.with(settings) { open in
                        try await open.withClient { client in
                            let welcome = try await client.call(1, #"{"type":"hello","session":"\#(session)"}"#)
                            #expect(welcome["resumed"]?.bool == false)
                            #expect(welcome["user"]?["id"]?.string != TokenServer.id("mina"))
                        }
                    }
                }
            }
        }
    }

    @Test func `a name that is chosen on one node is told on the other`() async throws {
        try await RedisServerProcess.with { redis in
            let settings = ["redis": redis.url]
            try await TokenServer.with(settings) { first in
                try await TokenServer.with(settings) { second in
                    let mina = TokenServer.token("mina")
                    try await first.withClient { here in
                        _ = try await here.enter(mina)
                        _ = try await here.call(2, #"{"type":"join","room":"lobby"}"#)
                        try await second.withClient { there in
                            _ = try await there.enter(mina)
                            _ = try await there.call(2, #"{"type":"rename","name":"Mina"}"#)
                            #expect(try await here.next("renamed")["user"]?["name"]?.string == "Mina")
                        }
                    }
                }
            }
        }
    }
}
