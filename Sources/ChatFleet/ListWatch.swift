internal import ChatCore
internal import ChatSystem
internal import Logging
internal import Synchronization

/// Asks the servers every few seconds which lists they know, and makes the node's list hold: the shell of ``FleetList``.
final class ListWatch: Sendable {
    /// The wait between two rounds while the list holds.
    private static let interval = Duration.seconds(3)
    /// The wait between two rounds while some rooms wait for that, or the node has an older list.
    private static let haste = Duration.seconds(1)
    /// The wait between two rounds while no room can be served.
    private static let hurry = Duration.milliseconds(200)
    /// The most requests that wait for the first answers.
    private static let mostWaiting = 4096

    /// The return of a server that was away.
    private struct Return: Equatable {
        /// Which of all returns it is: a server may be lost and regained while it is asked.
        let number: Int
        let detail: String
    }

    private struct State {
        var list: FleetList
        /// The servers whose brokers have said that they are away.
        var away: Set<Int> = []
        /// The servers that are back, and have not said since which rooms they have.
        var returns: [Int: Return] = [:]
        var returnCount = 0
        var told: Set<FleetList.Conflict> = []
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// The rounds that have ended.
        var rounds = 0
        var isStopped = false
        var saidThatItHolds = false
    }

    private let rolls: [any ServerRoll]
    private let own: Rendezvous
    private let news: FleetNews
    private let logger: Logger
    private let state: Mutex<State>
    private let wakeup = Wakeup()

    init(_ rolls: [any ServerRoll], _ own: Rendezvous, telling news: FleetNews, logger: Logger) {
        (self.rolls, self.own, self.news, self.logger) = (rolls, own, news, logger)
        self.state = Mutex(State(list: FleetList(own.servers)))
        // Whoever waited for the next round would use a server for so long that a newer list leaves out.
        for roll in rolls { roll.watch { [wakeup] in wakeup.wake() } }
    }

    /// A server was lost or regained; of a return the subscribers are told when the server has rooms.
    func changed(_ index: Int, isUp: Bool, detail: String) {
        self.state.withLock { state in
            if isUp {
                state.away.remove(index)
                state.returnCount += 1
                state.returns[index] = Return(number: state.returnCount, detail: detail)
            } else {
                state.away.insert(index)
                state.returns[index] = nil
            }
        }
        if isUp { self.wakeup.wake() }
    }

    // MARK: Questions

    /// The servers that are away now, by the last news of them.
    var away: Set<Int> { self.state.withLock(\.away) }

    /// Returns when the server may be asked for the room.
    ///
    /// - Throws: ``BrokerError`` when it may not; while no server has answered, after two more rounds.
    func admit(_ room: RoomName, at home: Int) async throws(BrokerError) {
        var rounds: Int?
        while true {
            let (verdict, now) = self.state.withLock { ($0.list.verdict(on: room, at: home), $0.rounds) }
            switch verdict {
            case .served: return
            case .moved: throw .hasMoved
            case .moving: throw .isMoving
            case .unknown:
                guard now < (rounds ?? now) + Self.patience else { throw .isOpening }
                rounds = rounds ?? now
                try await self.waitForRound()
            }
        }
    }

    /// The rounds for which a request waits: one is under way, and in the next ones servers are told and asked.
    private static let patience = 8

    /// The reason why a room may not be asked for now; nil when it may.
    func refusal(_ room: RoomName, at home: Int) -> BrokerError? {
        switch self.state.withLock({ $0.list.verdict(on: room, at: home) }) {
        case .served: nil
        case .moved: .hasMoved
        case .moving: .isMoving
        case .unknown: .isOpening
        }
    }

    /// The reason why no room at all can be served yet; nil when some can.
    var openness: BrokerError? { self.state.withLock(\.list.isOpen) ? nil : .isOpening }

    private func waitForRound() async throws(BrokerError) {
        enum Waiting { case resumed, full, stopped }
        let space = self.state.withLock { state -> Waiting in
            state.isStopped ? .stopped : state.waiting.count >= Self.mostWaiting ? .full : .resumed
        }
        switch space {
        case .stopped: throw .isAway
        case .full: throw .isCrowded
        case .resumed: break
        }
        await withCheckedContinuation { continuation in
            let isStopped = self.state.withLock { state in
                if !state.isStopped { state.waiting.append(continuation) }
                return state.isStopped
            }
            if isStopped { continuation.resume() }
        }
    }

    // MARK: Rounds

    /// Asks and tells until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let step = await self.round()
            switch step {
            case .askAgain: continue
            case .raise(let places): await self.tell(places) { roll throws(BrokerError) in try await roll.raise() }
            case .settle(let places): await self.tell(places) { roll throws(BrokerError) in try await roll.settle() }
            case .dismiss(let dismissal): await self.dismiss(dismissal)
            case .rest:
                let wait = self.state.withLock { state in
                    state.list.holds ? Self.interval : state.list.isOpen ? Self.haste : Self.hurry
                }
                await self.wakeup.wait(until: .now + wait)
            }
        }
    }

    /// No more rounds: whoever waits for one is told.
    func stop() {
        let waiting = self.state.withLock { state in
            state.isStopped = true
            return state.waiting.take()
        }
        for waiter in waiting { waiter.resume() }
    }

    private func round() async -> FleetList.OnRound {
        let (away, returns) = self.state.withLock { ($0.away, $0.returns) }
        let states = await self.ask(self.rolls.indices.filter { !away.contains($0) }) { roll throws(BrokerError) in
            try await roll.roll()
        }
        let step = self.state.withLock { $0.list.asked(self.rolls.indices.map { states[$0] }) }
        self.ended(returns.filter { states[$0.key] != nil })
        return step
    }

    /// Tells servers something, and notes their answers.
    private func tell(_ places: [Int], _ tell: @escaping Telling) async {
        let returns = self.state.withLock(\.returns)
        let states = await self.ask(places, tell)
        self.state.withLock { state in
            for (place, answer) in states { state.list.told(answer, by: place) }
        }
        self.ended(returns.filter { states[$0.key] != nil })
    }

    /// Tells servers that a newer list leaves them out, and then those of that list, which wait for it.
    private func dismiss(_ dismissal: FleetList.Dismissal) async {
        let list = dismissal.list
        await self.tell(dismissal.leavers) { roll throws(BrokerError) in try await roll.follow(list) }
        let told = self.state.withLock { state in
            dismissal.leavers.filter { state.list.knows(list, at: $0) }.map { state.list.own.servers[$0] }
        }
        for server in told {
            await self.tell(dismissal.heirs) { roll throws(BrokerError) in try await roll.left(server, by: list) }
        }
        // One that could not be told is tried again at the next round.
        guard told.count < dismissal.leavers.count else { return }
        await self.wakeup.wait(until: .now + Self.haste)
    }

    private typealias Telling = @Sendable (any ServerRoll) async throws(BrokerError) -> RollState

    private func ask(_ places: [Int], _ ask: @escaping Telling) async -> [Int: RollState] {
        await withTaskGroup(of: (Int, RollState?).self) { group in
            for place in places {
                let roll = self.rolls[place]
                group.addTask { (place, try? await ask(roll)) }
            }
            var states: [Int: RollState] = [:]
            for await (place, state) in group { states[place] = state }
            return states
        }
    }

    /// Something was answered: tells the subscribers which rooms cannot be served, and whoever waits to look again.
    ///
    /// - Parameter answered: The returns of servers that have answered a question which was asked after them.
    private func ended(_ answered: [Int: Return]) {
        let (conflicts, before, waiting, holds) = self.state.withLock { state in
            let conflicts = state.list.conflicts
            let before = state.told
            state.told = conflicts
            state.rounds += 1
            let holds = state.list.holds && !state.saidThatItHolds
            state.saidThatItHolds = state.list.holds
            self.tellReturns(answered, in: &state)
            return (conflicts, before, state.waiting.take(), holds)
        }
        if holds {
            let servers = self.own.servers.joined(separator: ", ")
            self.logger.info("every Redis server has this list of servers", metadata: ["servers": "\(servers)"])
        }
        var events: [BrokerEvent] = []
        for conflict in before.subtracting(conflicts) {
            events.append(.status(.ok, detail: "the room's Redis server has it", of: self.scope(of: conflict)))
        }
        for conflict in conflicts.subtracting(before) {
            let reason: BrokerError = conflict.isNewer ? .hasMoved : .isMoving
            let servers = conflict.servers.joined(separator: ", ")
            self.logger.warning(
                conflict.isNewer
                    ? "a newer list of Redis servers holds: restart this node with it, some rooms have moved"
                    : "rooms wait until every Redis server knows the new list, and every node has one",
                metadata: ["servers": "\(servers)"]
            )
            events.append(.status(.degraded, detail: reason.reason, of: self.scope(of: conflict)))
        }
        self.news.tell(events)
        for waiter in waiting { waiter.resume() }
    }

    /// Tells of servers that are back and have rooms; under the lock, so that a new loss of one is told after that.
    private func tellReturns(_ answered: [Int: Return], in state: inout State) {
        for (index, back) in answered where state.returns[index] == back && state.list.hasRooms(at: index) {
            state.returns[index] = nil
            self.news.regained(index, detail: back.detail)
        }
    }

    /// The rooms that are elsewhere by another list.
    private func scope(of conflict: FleetList.Conflict) -> RoomScope {
        let (own, other) = (self.own, Rendezvous(conflict.servers))
        return RoomScope(named: "list \(conflict.servers.joined(separator: ",")) \(conflict.isNewer)") {
            own.homeName(of: $0.rawValue) != other.homeName(of: $0.rawValue)
        }
    }
}

extension Array {
    /// Takes all elements out.
    fileprivate mutating func take() -> [Element] {
        defer { self = [] }
        return self
    }
}
