import ChatClient
import Testing

@testable import ChatBench

@Suite(.patience) struct BenchPlanTests {
    @Test(arguments: [(10, 3, 1, 1), (100, 10, 10, 3), (7, 7, 1, 2), (5, 1, 0, 4), (11, 2, 5, 2)])
    func `every room has its members and senders, spread over servers and threads`(
        clients: Int,
        rooms: Int,
        senders: Int,
        servers: Int
    ) throws {
        let plan = try BenchScript.plan(clients: clients, rooms: rooms, senders: senders, servers: servers, threads: 2)
        for room in 0..<rooms {
            let members = (0..<clients).filter { plan.room(of: $0) == room }
            #expect(members.count == plan.members(of: room))
            #expect(members.count { plan.sender($0) != nil } == senders)
            let used = Set(members.map { plan.server(of: $0) })
            #expect(used.count == min(servers, members.count), "the members of a room are not on all servers")
        }
        #expect((0..<clients).compactMap { plan.sender($0) } == Array(0..<plan.senderCount))
        #expect(Set((0..<clients).map { plan.thread(of: $0) }).count == min(2, clients))
    }

    @Test func `the summary says what is done`() throws {
        let plan = try BenchScript.plan(clients: 2000, rooms: 10, senders: 3, pace: .rate(1500))
        #expect(plan.summary == "2,000 clients in 10 rooms, 3 senders in each, 1,500 messages/s in all, 64 bytes")
        #expect(try BenchScript.plan(clients: 1, rooms: 1).summary.hasPrefix("1 client in 1 room, 1 sender in each, "))
        #expect(try BenchScript.plan(senders: 0).summary == "4 clients in 2 rooms, nobody sends")
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (100_000, "100,000"),
    ])
    func `numbers are grouped`(value: Int, text: String) { #expect(Decimals.grouped(value) == text) }

    @Test(arguments: [
        (1.005, 1, "1.0"), (0.05, 2, "0.05"), (-0.04, 1, "0.0"), (-1.25, 1, "-1.3"), (12, 0, "12"), (.nan, 2, "0"),
        (.infinity, 2, "0"), (9.999, 2, "10.00"),
    ])
    func `numbers have so many places`(value: Double, places: Int, text: String) {
        #expect(Decimals.fixed(value, places) == text)
    }
}

@Suite(.patience) struct OpenScheduleTests {
    @Test func `the messages of all loops together are evenly spaced, and each sender takes its turn`() {
        // Three loops with five senders, 1,000 messages a second.
        let loops = [[0, 3], [1, 4], [2]]
        var sent: [(sender: Int, due: Int)] = []
        for senders in loops {
            var schedule = OpenSchedule(rate: 1000, senderCount: 5, senders: senders, start: 7)
            while let (index, due) = schedule.next(now: 7 + 19_999_999) { sent.append((senders[index], due)) }
        }
        sent.sort { $0.due < $1.due }
        #expect(sent.map(\.due) == (0..<20).map { 7 + $0 * 1_000_000 })
        #expect(sent.map(\.sender) == (0..<20).map { $0 % 5 })
    }

    @Test func `nothing is due early, and what is late keeps its time`() {
        var schedule = OpenSchedule(rate: 3, senderCount: 1, senders: [0], start: 1_000)
        #expect(schedule.next(now: 999) == nil)
        #expect(schedule.next(now: 5_000_000_000)?.due == 1_000)
        #expect(schedule.next(now: 5_000_000_000)?.due == 333_334_333)
        #expect(schedule.nextDue == 666_667_667)
    }

    @Test func `rounding does not add up`() {
        var schedule = OpenSchedule(rate: 3, senderCount: 1, senders: [0], start: 0)
        for _ in 0..<3_000 { _ = schedule.next(now: .max) }
        #expect(schedule.nextDue == 1_000_000_000_000)
    }

    @Test func `a loop without senders has nothing to do`() {
        var schedule = OpenSchedule(rate: 3, senderCount: 1, senders: [], start: 0)
        #expect(schedule.nextDue == nil)
        #expect(schedule.next(now: .max) == nil)
    }
}

@Suite(.patience) struct PendingSendsTests {
    @Test func `answers are found in any order, once`() {
        var pending = PendingSends(firstID: 3)
        for due in [10, 20, 30] {
            #expect(pending.nextID == 3 + due / 10 - 1)
            pending.append(due: due)
        }
        #expect(pending.answer(4) == 20)
        #expect(pending.answer(4) == nil)
        #expect(pending.answer(2) == nil)
        #expect(pending.answer(6) == nil)
        #expect(pending.count == 2)
        #expect(pending.answer(3) == 10)
        #expect(pending.nextID == 6)
        #expect(pending.answer(5) == 30)
        #expect(pending.count == 0)
        #expect(pending.answer(5) == nil)
    }

    @Test func `no more than so many wait`() {
        var pending = PendingSends(firstID: 0)
        while let id = pending.nextID { pending.append(due: id) }
        #expect(pending.count == PendingSends.maximum)
        // The oldest one is what holds the others up.
        #expect(pending.answer(1) == 1)
        #expect(pending.nextID == nil)
        #expect(pending.answer(0) == 0)
        #expect(pending.nextID == PendingSends.maximum)
    }
}
