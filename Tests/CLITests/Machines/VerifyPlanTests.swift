import ChatClient
import ChatCore
import Testing

@testable import ChatVerify

@Suite(.patience) struct VerifyPlanTests {
    private func plan(servers: Int, rooms: Int) throws -> VerifyPlan {
        let server = ChatClient.Configuration(server: try ServerAddress("ws://localhost"))
        return VerifyPlan(
            servers: Array(repeating: server, count: servers),
            clients: 1,
            rooms: try (0..<rooms).map { try RoomName("r\($0)") },
            keyPrefix: "x",
            duration: .seconds(1),
            settling: .seconds(1),
            rate: 0.4,
            seed: 1
        )
    }

    @Test func `a seed repeats the steps, another one does not`() throws {
        let plan = try self.plan(servers: 3, rooms: 4)
        func steps(_ seed: UInt64) -> [VerifyStep] {
            var generator = SplitMix64(seed: seed)
            return (0..<50).map { _ in plan.step(joined: [plan.rooms[0]], server: 0, using: &generator) }
        }
        #expect(steps(1) == steps(1))
        #expect(steps(1) != steps(2))
    }

    @Test func `a client never leaves its last room, joins what it is in, or moves to where it is`() throws {
        let plan = try self.plan(servers: 3, rooms: 3)
        var generator = SplitMix64(seed: 7)
        var joined = [plan.rooms[0]]
        var server = 0
        for _ in 0..<2000 {
            switch plan.step(joined: joined, server: server, using: &generator) {
            case .send(let room): #expect(joined.contains(room))
            case .join(let room, _):
                #expect(!joined.contains(room))
                joined.append(room)
            case .leave(let room):
                #expect(joined.contains(room) && joined.count > 1)
                joined.removeAll { $0 == room }
            case .move(let other):
                #expect(other != server && plan.servers.indices.contains(other))
                server = other
            case .interrupt: break
            }
        }
    }

    @Test func `with one server and one room there is only talk and broken connections`() throws {
        let plan = try self.plan(servers: 1, rooms: 1)
        var generator = SplitMix64(seed: 3)
        for _ in 0..<500 {
            let step = plan.step(joined: plan.rooms, server: 0, using: &generator)
            #expect(step == .interrupt || step == .send(plan.rooms[0]))
        }
    }
}
