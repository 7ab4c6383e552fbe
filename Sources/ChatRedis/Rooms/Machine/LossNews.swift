internal import NIOCore

/// Decides when the members of a room are told that Redis has lost some of their records: not again and again.
struct LossNews {
    private enum State {
        case never
        case told(at: NIODeadline)
        /// It was told, and has happened again since; that will be told later.
        case toldAndPostponed(at: NIODeadline)
    }

    private var state = State.never

    /// The time when it was told last; nil: never.
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
    ///   - interval: The time for which one report counts.
    /// - Returns: Whether to tell it now.
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
    /// - Returns: The time when it was told last; nil when a later report is already planned.
    mutating func postpone() -> NIODeadline? {
        guard case .told(let last) = self.state else { return nil }
        self.state = .toldAndPostponed(at: last)
        return last
    }

    /// The time of the postponed report has come.
    mutating func isDue() {
        if case .toldAndPostponed(let last) = self.state { self.state = .told(at: last) }
    }
}
