import ChatCore
import Logging
import NIOCore
import Testing
import TestSupport

@testable import ChatRedis

/// What the log says of errors that nobody has expected.
@Suite(.patience)
struct RedactedErrorTests {
    @Test(arguments: [
        ("ERR value is not an integer or out of range", "ERR value is not an integer or out of range"),
        ("BUSYKEY Target key name already exists.", "BUSYKEY Target key name already exists."),
        ("ERR wrong key 's3cret word' of chat:{lobby}:log given", "ERR wrong key … of … given"),
        ("ERR syntax error near `se cr' et`", "ERR syntax error near …"),
        ("ERR \"open quote and a secret", "ERR …"),
        ("ERR user abcdefghijklmnopqrstuvwxyz did it", "ERR user … did it"),
        ("ERR 안녕 12 a1 -", "ERR … -"),
        ("", "ERR"),
    ])
    func `nothing that a caller may have written is shown`(text: String, shown: String) {
        #expect(RedisErrorText(text).redacted == shown)
    }

    @Test func `a long one is cut`() {
        let shown = RedisErrorText("ERR " + String(repeating: "word ", count: 1000)).redacted
        #expect(shown.utf8.count <= 200 && shown.hasPrefix("ERR word word"))
    }

    @Test(arguments: [
        ("ERR value is not an integer", true), ("BUSYKEY Target key name already exists.", true),
        ("OOM command not allowed", false), ("NOSCRIPT No matching script.", false), ("ERR invalid password", false),
    ])
    func `an error is unknown when there are no words for it`(text: String, isUnknown: Bool) {
        #expect(RedisErrorText(text).isUnknown == isUnknown)
    }

    @Test func `connections that are made again are counted, and their ends logged by number`() async throws {
        try await RedisServerProcess.with { server in
            let log = RecordedLog(.debug)
            try await withBroker(server, log: log) { broker in
                try await broker.probe()
                #expect(await broker.counts() == BrokerCounts())
                try await server.operate("CLIENT KILL TYPE normal")
                try await server.operate("CLIENT KILL TYPE pubsub")
                // There are several of the first kind: that two were lost does not say that the other was.
                for kind in ["commands", "subscriptions"] {
                    try await eventually {
                        log.lines.contains {
                            $0.hasPrefix("a connection to Redis has ended") && $0.contains("connection=\(kind)-")
                        }
                    }
                }
                try await eventually { await broker.counts().reconnects >= 2 }
                #expect(await broker.counts().lostConnections >= 2)
            }
        }
    }
}
