package import ChatCore

/// A node's list of servers, and what each server says of it: which rooms can be served, and what is to be done so that
/// the list holds.
///
/// It does no input or output, and has no clock.
package struct FleetList: Sendable {
    /// The servers of the node's list.
    package let own: Rendezvous
    private var states: [RollState?] {
        didSet { self.newer = Set(self.states.compactMap(\.self).filter(\.isOutdated).map { Rendezvous($0.newest) }) }
    }
    /// The newer lists that servers know.
    private var newer: Set<Rendezvous> = []
    /// Whether all servers had the list as their newest one in the round before.
    private var wasEverywhere = false

    package init(_ servers: some Sequence<String>) {
        self.own = Rendezvous(servers)
        self.states = Array(repeating: nil, count: self.own.servers.count)
    }

    // MARK: Rooms

    /// Whether a room can be served.
    package enum Verdict: Equatable, Sendable {
        /// Its server has it.
        case served
        /// Its server has not said yet which rooms it has.
        case unknown
        /// It comes to its server when all servers know the node's list.
        case moving
        /// It is at another server by a newer list, or leaves for one.
        case moved
    }

    /// The verdict on a room whose home by the node's list is this server.
    package func verdict(on room: RoomName, at home: Int) -> Verdict {
        // A server that is in no newer list is not told of it, and would go on.
        guard self.newer.allSatisfy({ $0.homeName(of: room.rawValue) == self.own.servers[home] }) else { return .moved }
        guard let state = self.states[home], !state.newest.isEmpty else { return .unknown }
        if state.newest == self.own.servers {
            if state.held == self.own.servers { return .served }
            if Rendezvous(state.held).homeName(of: room.rawValue) == self.own.servers[home] { return .served }
            // A new server waits for the others, and one that came back empty is told in a moment.
            return state.held.isEmpty && (self.holdsSomewhere || !self.isOpen) ? .unknown : .moving
        }
        let isHere = [state.newest, state.held].allSatisfy {
            Rendezvous($0).homeName(of: room.rawValue) == self.own.servers[home]
        }
        return isHere ? .served : .moving
    }

    /// A list by which some rooms are elsewhere than by the node's own.
    package struct Conflict: Hashable, Sendable {
        package var servers: [String]
        /// Whether it is newer than the node's own list, so that the node needs it.
        package var isNewer: Bool
    }

    /// The lists that keep the node from serving all rooms now.
    package var conflicts: Set<Conflict> {
        var conflicts: Set<Conflict> = []
        for case let state? in self.states where !state.newest.isEmpty {
            if state.newest != self.own.servers {
                conflicts.insert(Conflict(servers: state.newest, isNewer: state.isOutdated))
            } else if state.held != self.own.servers, !state.held.isEmpty {
                conflicts.insert(Conflict(servers: state.held, isNewer: false))
            }
        }
        return conflicts
    }

    // MARK: Making it hold

    /// What a round has led to.
    package enum OnRound: Equatable, Sendable {
        /// Nothing can be done now, or nothing has to be.
        case rest
        /// Ask all servers once more: each has had the list as its newest one, but maybe not at the same time.
        case askAgain
        /// Tell these servers of the list.
        case raise([Int])
        /// Tell these servers that the list holds.
        case settle([Int])
        /// A newer list leaves servers out that do not know it.
        case dismiss(Dismissal)
    }

    /// How servers hear that they are not in a newer list: its nodes need not know where they are.
    package struct Dismissal: Equatable, Sendable {
        /// The servers to tell.
        package var leavers: [Int]
        /// The names of the newer list.
        package var list: [String]
        /// The servers of the newer list, which are told of each that was told.
        package var heirs: [Int]
    }

    /// All servers were asked.
    ///
    /// A list that is not the newest one of a server never becomes it again. So when all had it as the newest one in one
    /// round, and have it in the next, there was a moment between the two when all had it at the same time, and it may
    /// hold: any other list finds a server that knows a newer one.
    ///
    /// - Parameter states: Their answers, in the order of ``own``; nil for those that are out of reach. What those have
    ///   said before is still taken for true.
    /// - Returns: What to do next.
    package mutating func asked(_ states: [RollState?]) -> OnRound {
        for (index, state) in states.enumerated() { if let state { self.states[index] = state } }
        let before = self.wasEverywhere
        let answers = states.enumerated().compactMap { index, state in state.map { (index, $0) } }
        let isComplete = answers.count == states.count
        let strangers = answers.filter { $0.1.newest != self.own.servers }
        self.wasEverywhere = isComplete && strangers.isEmpty
        guard !answers.contains(where: { $0.1.isOutdated }) else {
            return self.dismissal(answers).map { .dismiss($0) } ?? .rest
        }
        // A server that came back without its data: that the list held is known from another one.
        let holds = answers.contains { $0.1.held == self.own.servers }
        guard isComplete || holds else { return .rest }
        guard strangers.isEmpty else { return .raise(strangers.map(\.0)) }
        let unsettled = answers.filter { $0.1.held != self.own.servers }
        let waits = unsettled.contains { $0.1.hasLoners || $0.1.awaitsLeavers }
        guard !unsettled.isEmpty, !waits else { return .rest }
        return before || holds ? .settle(unsettled.map(\.0)) : .askAgain
    }

    /// The servers in reach that a newer list leaves out, if they do not know it yet; nil when there is none to tell.
    private func dismissal(_ answers: [(Int, RollState)]) -> Dismissal? {
        guard self.newer.count == 1, let list = self.newer.first?.servers else { return nil }
        let (heirs, others) = (
            answers.filter { list.contains(self.own.servers[$0.0]) },
            answers.filter { !list.contains(self.own.servers[$0.0]) }
        )
        // A list that is still on its way to some of its servers may not come to hold.
        guard heirs.allSatisfy({ $0.1.newest == list }) else { return nil }
        let leavers = others.filter { $0.1.newest == self.own.servers }
        guard !leavers.isEmpty else { return nil }
        return Dismissal(leavers: leavers.map(\.0), list: list, heirs: heirs.map(\.0))
    }

    /// A server has answered outside a round.
    package mutating func told(_ state: RollState, by index: Int) { self.states[index] = state }

    /// Whether a list is the newest one of a server, by its last answer.
    package func knows(_ list: [String], at place: Int) -> Bool { self.states[place]?.newest == list }

    /// Whether a server has said which rooms it has.
    ///
    /// One that came back without its data has none until it was told of the list.
    package func hasRooms(at place: Int) -> Bool { self.states[place]?.held.isEmpty == false }

    /// Whether some server has rooms for this node.
    package var isOpen: Bool { self.states.contains { $0?.held.isEmpty == false } }

    private var holdsSomewhere: Bool { self.states.contains { $0?.held == self.own.servers } }

    /// Whether the list holds at every server, as far as is known.
    package var holds: Bool { self.states.allSatisfy { $0?.held == self.own.servers } }
}
