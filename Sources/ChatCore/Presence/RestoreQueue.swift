internal import DequeModule

/// The rooms that a holder has to restore, and the progress in each (``PresenceRegistry/restore(_:_:)``).
///
/// A batch is made when it is sent: it contains all earlier changes, and later changes go to the broker after it. One
/// batch is under way at a time, and failed parts wait for another turn.
package struct RestoreQueue: Sendable, Equatable {
    /// The most rooms of a batch.
    package static let roomsAtOnce = 32
    /// The most users of a batch: the broker does nothing else while it works on one.
    package static let usersAtOnce = 200
    /// The most rooms that are passed over in the search for a batch, since nobody can be told of them now.
    package static let passedAtOnce = 256

    private struct Progress: Equatable {
        /// Users up to this one are restored.
        var after: UserID?
        /// Whether to begin the room again when its part is done.
        var isAnew = false
    }

    private var line: Deque<RoomName> = []
    private var progress: [RoomName: Progress] = [:]
    private var underWay: Set<RoomName> = []
    /// The rooms that were passed over since the search began, or since the last one that was not.
    private var passed = 0

    package init() {}

    /// Whether there is nothing to restore.
    package var isEmpty: Bool { self.progress.isEmpty }

    /// Whether a room has been restored, or need not be.
    package func isDone(_ room: RoomName) -> Bool { self.progress[room] == nil }

    /// A room must be restored, from the first user on.
    package mutating func add(_ room: RoomName) {
        if self.underWay.contains(room) {
            self.progress[room]?.isAnew = true
        } else if self.progress.updateValue(Progress(), forKey: room) == nil {
            self.line.append(room)
        }
    }

    /// Looks at every room again for the next batches.
    package mutating func beginSearch() { self.passed = 0 }

    /// Whether every room that is left waits: there is no batch to search for.
    package var allWait: Bool { self.passed >= self.line.count }

    /// Begins a batch; ``finished(_:_:)`` follows for each of its parts.
    ///
    /// - Parameters:
    ///   - told: The newest version that was told in a room.
    ///   - users: The holder's users in a room, as it has them now.
    ///   - waits: Whether a room keeps its place for now, because nobody can be told of it.
    /// - Returns: The parts; none when there is nothing to do, or when the search has passed over so many rooms that it
    ///   should go on later (``allWait``).
    package mutating func begin(
        told: (RoomName) -> Int,
        users: (RoomName) -> [User],
        waits: (RoomName) -> Bool = { _ in false }
    ) -> [HeldPart] {
        var parts: [HeldPart] = []
        var room = Self.usersAtOnce
        var waiting: [RoomName] = []
        defer { self.line.append(contentsOf: waiting) }
        while parts.count < Self.roomsAtOnce, room > 0, waiting.count < Self.passedAtOnce,
            let name = self.line.popFirst()
        {
            guard !waits(name) else {
                waiting.append(name)
                self.passed += 1
                continue
            }
            self.passed = 0
            let after = self.progress[name]?.after
            let rest = users(name).filter { user in after.map { $0.rawValue < user.id.rawValue } ?? true }
                .sorted { $0.id.rawValue < $1.id.rawValue }
            let taken = Array(rest.prefix(room))
            room -= taken.count
            let through = taken.count < rest.count ? taken.last?.id : nil
            self.underWay.insert(name)
            parts.append(HeldPart(room: name, told: told(name), after: after, through: through, users: taken))
        }
        return parts
    }

    /// A part is done, or has failed.
    ///
    /// - Parameters:
    ///   - part: The part from ``begin(told:users:waits:)``.
    ///   - answer: The result; nil when it failed.
    /// - Returns: Whether the whole room is restored.
    package mutating func finished(_ part: HeldPart, _ answer: HeldPart.Answer?) -> Bool {
        self.underWay.remove(part.room)
        let isAnew = self.progress[part.room]?.isAnew ?? false
        let isDone = answer?.isDone ?? false
        guard isAnew || !isDone || part.through != nil else {
            self.progress[part.room] = nil
            return true
        }
        let after = isAnew ? nil : isDone ? part.through : part.after
        self.progress[part.room] = Progress(after: after)
        // A failed part lets others go first; one that continues has its turn at once.
        if answer == nil { self.line.append(part.room) } else { self.line.prepend(part.room) }
        return false
    }
}
