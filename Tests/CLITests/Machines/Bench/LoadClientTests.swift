import ChatCore
import ChatWebSocket
import NIOCore
import Testing

@testable import ChatBench

@Suite(.patience) struct LoadClientTests {
    @Test func `a client greets, waits for everybody, and goes to its room`() throws {
        var script = ScriptedLoadClient(1, try BenchScript.plan())
        script.client.connected(&script.out)
        #expect(String(buffer: script.out).hasPrefix("GET /ws HTTP/1.1\r\n"))
        script.out.clear()
        #expect(script.receive(raw: BenchScript.accepted) == nil)
        guard case .hello(let hello) = try BenchScript.commands(script.out)[0].command else {
            throw LoadEnd.broken("no hello")
        }
        #expect(hello.name?.rawValue == "bench-1")
        script.out.clear()
        #expect(script.receive(BenchScript.welcome) == nil)
        #expect(script.client.stage == .welcome && script.out.readableBytes == 0)
        script.client.enter(&script.out)
        guard case .join(let join) = try BenchScript.commands(script.out)[0].command else {
            throw LoadEnd.broken("no join")
        }
        #expect(join.room.rawValue == "bench-run-2")
        #expect(script.client.stage == .joining)
    }

    @Test func `a closed loop sends the next message when its own has come back`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan(pace: .window(2)))
        script.join()
        #expect(script.client.refill(now: 100, &script.meter, &script.out) == nil)
        #expect(try BenchScript.commands(script.out).map(\.id) == [3, 4])
        script.out.clear()
        // The answer alone does not count, nor somebody else's message.
        _ = script.receive(BenchScript.receipt(id: 3, seq: 1), now: 150)
        _ = script.receive(try BenchScript.delivery(seq: 1, due: 100, sender: 1), now: 150)
        _ = script.client.refill(now: 150, &script.meter, &script.out)
        #expect(script.out.readableBytes == 0)
        _ = script.receive(try BenchScript.delivery(seq: 2, due: 100, sender: 0), now: 160)
        _ = script.client.refill(now: 160, &script.meter, &script.out)
        #expect(try BenchScript.commands(script.out).map(\.id) == [5])
        #expect(script.meter.sent == 3 && script.meter.acknowledged == 1 && script.meter.delivered == 2)
        #expect(script.meter.ackLatency.longest == 50 && script.meter.deliveryLatency.longest == 60)
        #expect(script.meter.heads == [0: 2])
        #expect(script.meter.faults.isEmpty && !script.client.isAnswered)
    }

    @Test func `a reader never sends`() throws {
        var script = ScriptedLoadClient(2, try BenchScript.plan(pace: .window(2)))
        script.join()
        #expect(script.client.refill(now: 0, &script.meter, &script.out) == nil)
        #expect(script.out.readableBytes == 0 && script.meter.sent == 0)
    }

    @Test func `only what is due in the measured time counts, however late it comes`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan())
        script.meter.interval = 100..<200
        script.join()
        for (seq, due, now) in [(1, 99, 150), (2, 100, 150), (3, 199, 900), (4, 200, 900)] {
            script.client.send(due: due, now: due + 5, &script.meter, &script.out)
            _ = script.receive(BenchScript.receipt(id: seq + 2, seq: seq), now: now)
            _ = script.receive(try BenchScript.delivery(seq: seq, due: due, sender: 0), now: now)
        }
        let meter = script.meter
        #expect(meter.sent == 2 && meter.acknowledged == 2 && meter.delivered == 2)
        #expect(meter.deliveryLatency.count == 2 && meter.deliveryLatency.longest == 701)
        #expect(meter.ackLatency.count == 2 && meter.lateness.longest == 5)
    }

    @Test(arguments: [
        ([5, 6, 7], 0, 0), ([5, 7, 8], 1, 0), ([5, 5, 6], 0, 1), ([5, 7, 6], 1, 1), ([6], 1, 0), ([4], 0, 1),
    ])
    func `holes and repetitions are seen`(numbers: [Int], holes: Int, repeated: Int) throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan())
        script.join(at: 4)
        for seq in numbers { _ = script.receive(try BenchScript.delivery(seq: seq, due: 1, sender: 1)) }
        #expect(script.meter.faults[.hole] ?? 0 == holes)
        #expect(script.meter.faults[.repeated] ?? 0 == repeated)
    }

    @Test func `what never came is missing, and what the server says it lost is counted`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan())
        script.join(at: 4)
        #expect(script.client.missing(upTo: 6) == 2)
        let place = #""room":"bench-run-1","epoch":"0123456789ab""#
        _ = script.receive(#"{"type":"gap",\#(place),"from":5,"to":6}"#)
        #expect(script.client.missing(upTo: 6) == 0 && script.meter.gaps == 1)
        _ = script.receive(try BenchScript.delivery(seq: 7, due: 1, sender: 1))
        _ = script.receive(#"{"type":"reset",\#(place),"seq":3}"#)
        _ = script.receive(try BenchScript.delivery(seq: 1, due: 1, sender: 1))
        #expect(script.meter.resets == 1 && script.meter.faults.isEmpty)
    }

    @Test func `a refused message is counted, and its sender rests as long as the server says`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan())
        script.join()
        _ = script.client.refill(now: 0, &script.meter, &script.out)
        script.out.clear()
        _ = script.receive(#"{"type":"error","id":3,"code":"rate_limited","message":"slow down","retry_ms":40}"#)
        #expect(script.meter.errors == ["rate_limited": 1] && script.client.isAnswered)
        #expect(script.client.refill(now: 39_999_999, &script.meter, &script.out) == 40_000_000)
        #expect(script.out.readableBytes == 0)
        #expect(script.client.refill(now: 40_000_000, &script.meter, &script.out) == nil)
        #expect(script.out.readableBytes > 0)
    }

    @Test func `bytes may be cut anywhere`() throws {
        let bytes =
            Array((BenchScript.accepted).utf8)
            + [BenchScript.welcome].flatMap { Array(BenchScript.frame($0).readableBytesView) }
            + Array(BenchScript.frame("a", .ping).readableBytesView)
        for size in [1, 2, 3, 50, 1000] {
            var script = ScriptedLoadClient(0, try BenchScript.plan())
            script.client.connected(&script.out)
            for start in stride(from: 0, to: bytes.count, by: size) {
                let part = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
                #expect(script.client.received(part, now: 0, &script.meter, &script.out) == nil)
            }
            #expect(script.client.stage == .welcome, "in pieces of \(size)")
        }
    }

    @Test func `a ping is answered`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan())
        script.join()
        _ = script.client.received(BenchScript.frame("beat", .ping), now: 0, &script.meter, &script.out)
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 100)
        decoder.append(script.out)
        #expect(try decoder.next() == .pong(ByteBuffer(string: "beat")))
    }

    @Test func `the end says why`() throws {
        func end(_ body: (inout ScriptedLoadClient) -> LoadEnd?) throws -> LoadEnd? {
            var script = ScriptedLoadClient(0, try BenchScript.plan())
            script.join()
            let end = body(&script)
            #expect((script.client.stage == .ended) == (end != nil))
            if end != nil { #expect(script.receive("{}") == nil, "it ended twice") }
            return end
        }
        var close = ByteBuffer()
        FrameEncoder.writeClose(CloseFrame(code: 4000, reason: "slow consumer"), to: &close)
        #expect(
            try end { $0.client.received(close, now: 0, &$0.meter, &$0.out) } == .closed(4000, "slow consumer")
        )
        #expect(try end { $0.client.closed() } == .broken("the connection broke"))
        #expect(try end { $0.client.failed("no route") } == .broken("no route"))
        #expect(try end { $0.receive("no json") } != nil)
        #expect(try end { $0.receive(#"{"type":"later"}"#) } == nil)
        #expect(try end { $0.receive(#"{"type":"error","code":"unavailable","message":"no Redis"}"#) } == nil)
        #expect(LoadEnd.closed(4000, "slow consumer").name == "closed_4000")
        #expect(LoadEnd.closed(4000, "slow consumer").reason == "closed by the server: 4000 slow consumer")
        #expect(LoadEnd.refused(429, nil, "no").name == "http_429")
    }

    @Test func `a refused join ends the client with the server's words`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan())
        script.client.connected(&script.out)
        _ = script.receive(raw: BenchScript.accepted)
        _ = script.receive(BenchScript.welcome)
        script.client.enter(&script.out)
        let end = script.receive(#"{"type":"error","id":2,"code":"room_invalid","message":"no such room"}"#)
        #expect(end == .refused(nil, "room_invalid", "no such room"))
    }

    @Test func `who has too many sends without an answer sends no more, and says so`() throws {
        var script = ScriptedLoadClient(0, try BenchScript.plan(pace: .rate(1)))
        script.join()
        for _ in 0..<PendingSends.maximum + 5 {
            script.client.send(due: 1, now: 1, &script.meter, &script.out)
            script.out.clear()
        }
        #expect(script.meter.withheld == 5 && script.meter.sent == PendingSends.maximum)
    }
}
