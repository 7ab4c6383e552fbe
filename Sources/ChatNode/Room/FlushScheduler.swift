import ChatCore

/// Decides which rooms of a loop send at the end of a turn, and when to check the others again.
///
/// A room is in it once for this turn, and once for the time of its next check; a check that is not needed any more is
/// skipped when its time comes.
struct FlushScheduler {
    /// Frames that are not urgent leave at multiples of this time, so that many rooms share one check.
    static let patience = Duration.milliseconds(25)

    private let window: Duration
    private let start: ContinuousClock.Instant
    private var meter: DeliveryMeter
    /// Rooms that gathered something in this turn.
    private var gathering: [LocalRoom] = []
    private var looks = DueQueue<LocalRoom, ContinuousClock.Instant>()
    /// The time of the loop's next check, if there is one.
    private var wakeUp: ContinuousClock.Instant?

    /// Makes the scheduler of a loop.
    ///
    /// - Parameters:
    ///   - window: The longest time that a busy room holds messages to send them together.
    ///   - now: The time.
    init(window: Duration, now: ContinuousClock.Instant) {
        self.window = window
        self.start = now
        self.meter = DeliveryMeter(now: now)
    }

    /// Whether a room has gathered something in this turn.
    var hasGathered: Bool { !self.gathering.isEmpty }

    /// A room has gathered a frame.
    ///
    /// - Returns: Whether it is the first one in this turn; then the loop must call at the turn's end.
    mutating func gathered(in room: LocalRoom) -> Bool {
        guard !room.isGathering else { return false }
        room.isGathering = true
        self.gathering.append(room)
        return true
    }

    /// The turn has ended.
    ///
    /// - Returns: The rooms whose frames leave now.
    mutating func turnEnded(now: ContinuousClock.Instant) -> [LocalRoom] {
        let rooms = self.gathering
        self.gathering.removeAll(keepingCapacity: true)
        for room in rooms {
            room.isGathering = false
            self.meter.add(room.takeNewCount() * room.live.count, now: now)
        }
        return rooms.filter { room in
            let isBusy = self.meter.isBusy
            return self.obey(room.pace.gathered(room.waiting, now: now, window: self.window, isBusy: isBusy), room)
        }
    }

    /// The time of a check has come.
    ///
    /// - Returns: The rooms whose frames leave now.
    mutating func look(now: ContinuousClock.Instant) -> [LocalRoom] {
        if let wakeUp, wakeUp <= now { self.wakeUp = nil }
        var leaving: [LocalRoom] = []
        while let room = self.looks.next(now) {
            // It may have been checked since, and wait for a later time.
            guard let time = room.nextLook, time <= now else { continue }
            room.nextLook = nil
            if self.obey(room.pace.look(room.waiting, now: now, window: self.window), room) { leaving.append(room) }
        }
        return leaving
    }

    /// The time of the loop's next check.
    ///
    /// - Returns: nil while there is nothing to check, or the loop checks in time anyway.
    mutating func takeWakeUp() -> ContinuousClock.Instant? {
        guard let time = self.looks.firstTime else { return nil }
        if let wakeUp, wakeUp <= time { return nil }
        self.wakeUp = time
        return time
    }

    /// - Returns: Whether the room's frames leave now.
    private mutating func obey(_ timing: RoomPace.Timing, _ room: LocalRoom) -> Bool {
        switch timing {
        case .never: return false
        case .atOnce: return true
        case .later(let time):
            self.schedule(room, at: room.waiting.isUrgent ? time : self.sharedLook(after: time))
            return false
        }
    }

    private mutating func schedule(_ room: LocalRoom, at time: ContinuousClock.Instant) {
        if let nextLook = room.nextLook, nextLook <= time { return }
        room.nextLook = time
        self.looks.schedule(room, at: time)
    }

    private func sharedLook(after time: ContinuousClock.Instant) -> ContinuousClock.Instant {
        let looks = Int((self.start.duration(to: time) / Self.patience).rounded(.up))
        return self.start.advanced(by: Self.patience * looks)
    }
}
