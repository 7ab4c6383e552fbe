internal import NIOCore

/// When the members of a room are told that Redis has lost some of what it knew of them: not over and over.
struct LossNews {
    private enum State {
        case never
        case told(at: NIODeadline)
        /// It was told, and has happened again since; that is to be told later.
        case toldAndPostponed(at: NIODeadline)
    }

    private var state = State.never

    /// When it was told last; nil: never.
    var lastTold: NIODeadline? {
        switch self.state {
        case .never: nil
        case .told(let time), .toldAndPostponed(let time): time
        }
    }

    /// It has happened.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - interval: For how long one telling counts.
    /// - Returns: Whether it is to be told now.
    mutating func happened(_ now: NIODeadline, unlessWithin interval: TimeAmount) -> Bool {
        switch self.state {
        case .never: self.state = .told(at: now)
        case .told(let last):
            guard now - last >= interval else { return false }
            self.state = .told(at: now)
        case .toldAndPostponed(let last):
            guard now - last >= interval else { return false }
            self.state = .toldAndPostponed(at: now)
        }
        return true
    }

    /// It has happened too soon after the last time.
    ///
    /// - Returns: When it was told last; nil when nothing is to be done, as it is to be told later already.
    mutating func postpone() -> NIODeadline? {
        guard case .told(let last) = self.state else { return nil }
        self.state = .toldAndPostponed(at: last)
        return last
    }

    /// The time has come to tell what was postponed.
    mutating func isDue() {
        if case .toldAndPostponed(let last) = self.state { self.state = .told(at: last) }
    }
}
