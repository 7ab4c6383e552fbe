import ChatClient
import ChatCore
import ChatMemory
import Testing

@testable import ChatVerify
@testable import ChatWords

/// `chat-cli verify` against whole nodes whose broker breaks its promises: it is silent where the node puts things right,
/// and loud where it cannot.
@Suite(.serialized, .patience)
struct VerifyTests {
    /// So many messages of a room that it has more than ``FaultyBroker`` does wrong, and some after that.
    private static let enough = 30
    /// For coming back where everything comes in the end: it is over as soon as it has.
    private static let patience: Duration = .seconds(180)

    /// The verdict on a run that is long enough for that, however busy the machine is.
    private func verdict(_ fault: FaultyBroker.Fault?, settling: Duration) async throws -> HistoryJudge.Verdict {
        for seconds in [1.5, 4, 12] {
            let (verdict, fewest) = try await self.run(fault, duration: .seconds(seconds), settling: settling)
            if fewest >= Self.enough { return verdict }
        }
        return try await self.run(fault, duration: .seconds(30), settling: settling).verdict
    }

    /// The verdict on one run, and how many messages the room with the fewest has.
    private func run(
        _ fault: FaultyBroker.Fault?,
        duration: Duration,
        settling: Duration
    ) async throws -> (verdict: HistoryJudge.Verdict, fewest: Int) {
        let rooms = [try RoomName("a"), try RoomName("b")]
        let broker: any Broker = fault.map { FaultyBroker($0) } ?? MemoryBroker.forTests()
        return try await TestServer.with(["unlimited": "true"], broker: broker) { server in
            let plan = VerifyPlan(
                servers: [ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(server.port)/ws"))],
                clients: 4,
                rooms: rooms,
                keyPrefix: "run",
                duration: duration,
                settling: settling,
                rate: 30,
                seed: 3
            )
            let run = try VerifyRun(plan)
            let verdict = HistoryJudge.judge(await run.history { _ in })
            var fewest = Int.max
            for room in rooms { fewest = min(fewest, try await broker.log(room, after: 0, limit: 1).head) }
            return (verdict, fewest)
        }
    }

    @Test func `a good broker passes`() async throws {
        let verdict = try await self.verdict(nil, settling: Self.patience)
        #expect(verdict.violations == [] && verdict.counts.acknowledged > Self.enough, "\(verdict)")
    }

    @Test(arguments: [FaultyBroker.Fault.forgetsToHandOn, .handsOnTwice, .handsOnInDisorder])
    func `what a broker hands on wrongly the node puts right by the log`(fault: FaultyBroker.Fault) async throws {
        let verdict = try await self.verdict(fault, settling: Self.patience)
        #expect(verdict.violations == [], "\(verdict)")
        #expect(verdict.counts.gaps == 0 && verdict.counts.resets == 0, "\(verdict)")
    }

    @Test(arguments: [
        (FaultyBroker.Fault.forgetsToStore, [Violation.Kind.receipt, .lost]),
        (.loses, [.lost]),
        (.storesTwice, [.storedTwice]),
        (.repeatsBytes, [.doubled]),
        (.swapsBytes, [.disordered]),
        (.foreignEpoch, [.epoch]),
        (.alters, [.altered]),
    ])
    func `what no node can put right is found`(fault: FaultyBroker.Fault, kinds: [Violation.Kind]) async throws {
        let found = Set(try await self.verdict(fault, settling: .seconds(3)).violations.map(\.kind))
        #expect(!found.isDisjoint(with: kinds), "found only \(found)")
    }
}
