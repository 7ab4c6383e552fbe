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
    /// So many messages that each of two rooms has more than ``FaultyBroker`` does wrong, and some after that.
    private static let enough = 90

    /// The verdict on a run that is long enough for that, however busy the machine is.
    private func verdict(_ fault: FaultyBroker.Fault?, settling: Duration) async throws -> HistoryJudge.Verdict {
        for seconds in [1.5, 4, 12] {
            let verdict = try await self.verdict(fault, duration: .seconds(seconds), settling: settling)
            if verdict.counts.acknowledged > Self.enough { return verdict }
        }
        return try await self.verdict(fault, duration: .seconds(30), settling: settling)
    }

    private func verdict(
        _ fault: FaultyBroker.Fault?,
        duration: Duration,
        settling: Duration
    ) async throws -> HistoryJudge.Verdict {
        let broker: any Broker = fault.map { FaultyBroker($0) } ?? MemoryBroker.forTests()
        return try await TestServer.with(["unlimited": "true"], broker: broker) { server in
            let plan = VerifyPlan(
                servers: [ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(server.port)/ws"))],
                clients: 4,
                rooms: [try RoomName("a"), try RoomName("b")],
                keyPrefix: "run",
                duration: duration,
                settling: settling,
                rate: 30,
                seed: 3
            )
            let run = try VerifyRun(plan)
            return HistoryJudge.judge(await run.history { _ in })
        }
    }

    @Test func `a good broker passes`() async throws {
        let verdict = try await self.verdict(nil, settling: .seconds(30))
        #expect(verdict.violations == [] && verdict.counts.acknowledged > Self.enough)
    }

    @Test(arguments: [FaultyBroker.Fault.forgetsToHandOn, .handsOnTwice, .handsOnInDisorder])
    func `what a broker hands on wrongly the node puts right by the log`(fault: FaultyBroker.Fault) async throws {
        let verdict = try await self.verdict(fault, settling: .seconds(30))
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
