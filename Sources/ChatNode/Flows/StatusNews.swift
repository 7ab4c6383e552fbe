import ChatCore

/// Tells clients that the broker is away, or back, for all rooms or for some of theirs.
///
/// Which rooms those are takes a hash of each room's name, and a loop may have very many clients. So a loop tells a slice of
/// them at a time, and serves others in between; a loop with few tells all at once.
final class StatusNews {
    /// The most clients that are told in a turn, each of whose rooms beyond the first counts as one more.
    static let slice = 256

    private let clients: ClientTable
    private let answers: Answers
    private let loop: DeferredWork
    private var queue = StatusQueue()
    /// The change that is under way, and the clients that have not been told of it.
    private var walk: (change: StatusQueue.Change, rest: ArraySlice<Client>)?

    init(_ base: LoopBase, _ answers: Answers) {
        (self.clients, self.loop) = (base.clients, base.loop)
        self.answers = answers
    }

    /// The broker's state has changed; whoever comes from now on is told by its welcome, or by the answer to its join.
    func tell(_ change: StatusQueue.Change) {
        switch self.queue.changed(change) {
        case .wait: return
        case .tell: self.walk = (change, self.clients.all[...])
        }
        guard self.tellSlice() == .more else { return }
        self.loop.start {
            repeat { await self.loop.serveSockets() } while self.tellSlice() == .more
        }
    }

    private enum Progress { case more, done }

    private func tellSlice() -> Progress {
        var left = Self.slice
        while left > 0 {
            guard let (change, client) = self.next() else { return .done }
            // Most clients are in a room or two. One that is in very many is told of all of them at once.
            left -= max(1, client.memberships.count)
            self.tell(change, to: client)
        }
        return .more
    }

    /// The next client to tell, and what; nil when all have been told of everything.
    private func next() -> (StatusQueue.Change, Client)? {
        while let change = self.walk?.change {
            if let client = self.walk?.rest.popFirst() { return (change, client) }
            self.walk = self.queue.told().map { ($0, self.clients.all[...]) }
        }
        return nil
    }

    private func tell(_ change: StatusQueue.Change, to client: Client) {
        guard !client.isClosed, client.user != nil, !client.isListener else { return }
        guard !change.scope.isWhole else {
            return self.answers.send(Event.status(change.status, detail: change.detail).encoded(), to: client)
        }
        let rooms = client.memberships.map(\.room.name).filter { change.scope.contains($0) }
        guard !rooms.isEmpty else { return }
        self.answers.send(Event.status(change.status, detail: change.detail, rooms: rooms).encoded(), to: client)
    }
}
