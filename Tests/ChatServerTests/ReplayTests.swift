import ChatCore
import ChatMemory
import Testing

@Suite(.patience)
struct ReplayTests {
    /// Sends texts from a connection of its own, and gives the epoch.
    private func fill(_ server: TestServer, _ texts: [String]) async throws -> String {
        try await server.withClient("/ws?room=lobby&name=Filler") { client in
            _ = try await client.next("ok")
            var epoch: String?
            for (index, text) in texts.enumerated() {
                epoch = try await client.call(index + 1, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)["epoch"]?
                    .string
            }
            return try #require(epoch)
        }
    }

    private func texts(_ client: inout TestClient, _ count: Int) async throws -> [String?] {
        var texts: [String?] = []
        for _ in 0..<count { texts.append(try await client.next("message")["text"]?.string) }
        return texts
    }

    /// The head that the broker tells after a loss may lie beyond what somebody has read who went live meanwhile.
    @Test func `who goes live while the head is asked for misses nothing before it`() async throws {
        let broker = GatedBroker()
        try await TestServer.with(broker: broker) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                broker.keepMessages(true)
                broker.pages.close()
                for id in 1...2 { _ = try await mina.call(id, #"{"type":"send","room":"lobby","text":"\#(id)"}"#) }
                // Two without one: a hole, for which the log is read, up to here.
                broker.handOn(newest: true)
                await broker.pages.arrival()
                for id in 3...4 { _ = try await mina.call(id, #"{"type":"send","room":"lobby","text":"\#(id)"}"#) }
                // Another hole, while Mina is not live; the head is asked for, and its answer is late.
                broker.heads.close()
                broker.handOn(newest: true)
                await broker.heads.arrival()
                broker.pages.open()
                var texts = try await self.texts(&mina, 2)
                // She is live now, or as good as that.
                _ = try await mina.call(5, #"{"type":"ping"}"#)
                broker.heads.open()
                _ = try await mina.call(6, #"{"type":"ping"}"#)
                broker.keepMessages(false)
                _ = try await mina.call(7, #"{"type":"send","room":"lobby","text":"5"}"#)
                while texts.last != "5" { texts += try await self.texts(&mina, 1) }
                #expect(texts == ["1", "2", "3", "4", "5"])
            }
        }
    }

    @Test func `a resume before any message was sent works`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                let first = try await client.call(1, #"{"type":"join","room":"lobby"}"#)
                let epoch = try #require(first["epoch"]?.string)
                _ = try await client.call(2, #"{"type":"leave","room":"lobby"}"#)
                let after = #"{"epoch":"\#(epoch)","seq":0}"#
                let ok = try await client.call(3, #"{"type":"join","room":"lobby","after":\#(after)}"#)
                #expect(ok["recovered"]?.bool == true)
                #expect(ok["replay"]?.integer == 0)
            }
        }
    }

    @Test func `a member that joins again is not replayed unless it asks to resume`() async throws {
        try await TestServer.with { server in
            let epoch = try await self.fill(server, ["1", "2"])
            try await server.withClient { client in
                _ = try await client.call(1, #"{"type":"join","room":"lobby"}"#)
                #expect(
                    try await client.call(2, #"{"type":"join","room":"lobby","history":2}"#)["replay"]?.integer == 0
                )
                let after = #"{"epoch":"\#(epoch)","seq":0}"#
                let ok = try await client.call(3, #"{"type":"join","room":"lobby","after":\#(after)}"#)
                #expect(ok["replay"]?.integer == 2)
                #expect(try await self.texts(&client, 2) == ["1", "2"])
                try await client.send(#"{"type":"send","room":"lobby","text":"3"}"#)
                #expect(try await self.texts(&client, 1) == ["3"])
            }
        }
    }

    @Test(arguments: ["1", "2"])
    func `joins in the midst of a stream miss nothing and repeat nothing`(threads: String) async throws {
        try await TestServer.with(["unlimited": "true", "threads": threads]) { server in
            let total = 3000
            let epoch = try await self.fill(server, ["0"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.withClient("/ws?room=lobby&name=Talker") { talker in
                        _ = try await talker.next("ok")
                        for number in 1..<total {
                            try await talker.send(#"{"type":"send","room":"lobby","text":"\#(number)"}"#)
                        }
                        while try await talker.next("message")["seq"]?.integer != total {}
                    }
                }
                for joiner in 0..<20 {
                    group.addTask {
                        try await server.withClient { client in
                            // A position that the log has left now and then, and one that it still has.
                            let seq = joiner * 40
                            let after = #"{"epoch":"\#(epoch)","seq":\#(min(seq, 1))}"#
                            let ok = try await client.call(1, #"{"type":"join","room":"lobby","after":\#(after)}"#)
                            #expect(ok["type"]?.string == "ok")
                            var position = min(seq, 1)
                            while position < total {
                                guard case .message(let event) = try await client.receive() else {
                                    throw TestClient.Ended(wanted: "message \(position + 1)")
                                }
                                switch event["type"]?.string {
                                case "message":
                                    #expect(event["seq"]?.integer == position + 1)
                                    position += 1
                                case "gap":
                                    #expect(event["from"]?.integer == position + 1)
                                    position = event["to"]?.integer ?? position
                                default: break
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `clients that resume at once read the log by pages, each of them once in a while`() async throws {
        let (clients, messages) = (300, 256)
        let start = ContinuousClock.now
        let broker = CountingBroker(MemoryBroker.forTests())
        let room = try RoomName("lobby")
        let mina = User(id: UserID("u1"), name: try UserName("Mina"))
        let drafts = (1...messages).map {
            let tail = PublicationCodec.tail(sender: mina, text: "\($0)", kind: .text, key: nil)
            return Draft(room: room, sender: mina.id, key: nil, tail: tail)
        }
        let receipts = await broker.publish(drafts)
        let epoch = try #require(receipts.last).get().position.epoch
        try await TestServer.with(["unlimited": "true"], broker: broker) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<clients {
                    group.addTask {
                        try await server.withClient { client in
                            let seq = number % 2 * 128 + 100
                            let after = #"{"epoch":"\#(epoch)","seq":\#(seq)}"#
                            let ok = try await client.call(1, #"{"type":"join","room":"lobby","after":\#(after)}"#)
                            #expect(ok["replay"]?.integer == messages - seq)
                            for next in seq + 1...messages {
                                let seq = try await client.next("message")["seq"]?.integer
                                guard seq == next else { throw TestClient.Ended(wanted: "message \(next)") }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        // Two pages, each read once a second at the most, and once more where a second began or ended.
        #expect(Double(broker.readings) <= 2 * ((ContinuousClock.now - start).inSeconds + 2))
    }
}
