import ChatCore
import Synchronization

/// When users may say something again in rooms with slow mode, over all connections of the node and HTTP.
///
/// Only rooms with slow mode come here. Users are forgotten when their pause is over.
final class PauseTable: Sendable {
    /// The most pauses; past it a room with slow mode is slower still.
    static let maximum = 100_000
    /// The most pauses that are forgotten for one that is added.
    private static let forgottenAtOnce = 4
    /// The most times of pauses that are gone, beyond the number of those that are not.
    private static let stale = 64

    private struct Pause: Hashable {
        var room: RoomName
        var user: UserID
    }

    private struct State {
        /// The times at which pauses end, in milliseconds since the Unix epoch.
        var ends: [Pause: Int] = [:]
        /// The same by time; those that were given back stay in it for a while.
        var due = DueQueue<Pause, Int>()

        mutating func forget(_ now: Int, limit: Int) {
            var looks = 0
            while looks < limit, let pause = self.due.next(now) {
                looks += 1
                if let end = self.ends[pause], end <= now { self.ends[pause] = nil }
            }
        }

        /// Gathers the times again when most are of pauses that were given back.
        ///
        /// They would stay for up to an hour. Each gathering follows more returns than it looks at pauses.
        mutating func sweep() {
            guard self.due.count - self.ends.count > self.ends.count + PauseTable.stale else { return }
            self.due.removeAll()
            for (pause, end) in self.ends { self.due.schedule(pause, at: end) }
        }
    }

    private let state = Mutex(State())

    /// The number of pauses that are remembered.
    var count: Int { self.state.withLock(\.ends.count) }
    /// The number of times that are remembered, also those of pauses that were given back.
    var timeCount: Int { self.state.withLock(\.due.count) }

    /// A user says something.
    ///
    /// - Parameters:
    ///   - user: The user.
    ///   - room: The room.
    ///   - seconds: The pause after it.
    ///   - now: The time, in milliseconds since the Unix epoch.
    /// - Returns: nil when it may be said; otherwise the error for the user.
    func take(_ user: UserID, in room: RoomName, seconds: Int, now: Int) -> ProtocolError? {
        let pause = Pause(room: room, user: user)
        let wait = self.state.withLock { state -> Int? in
            state.forget(now, limit: Self.forgottenAtOnce)
            // The room's pause may be shorter by now.
            if let end = state.ends[pause], min(end, now + 1000 * seconds) > now {
                return min(end - now, 1000 * seconds)
            }
            // What was given back takes no place: failures could otherwise slow down everybody else.
            guard state.ends.count < Self.maximum || state.ends[pause] != nil else { return 1000 }
            state.ends[pause] = now + 1000 * seconds
            state.due.schedule(pause, at: now + 1000 * seconds)
            return nil
        }
        return wait.map { .tooQuick(seconds, retryMilliseconds: $0) }
    }

    /// What a user wanted to say was not said.
    func giveBack(_ user: UserID, in room: RoomName) {
        self.state.withLock { state in
            state.ends[Pause(room: room, user: user)] = nil
            state.sweep()
        }
    }

    /// Forgets pauses that are over.
    func forget(_ now: Int) { self.state.withLock { $0.forget(now, limit: Self.maximum) } }
}
