/// A phase that all clients have to complete before there is load.
enum LoadPhase: Sendable {
    case connecting, joining

    /// The stage of a client that has completed the phase.
    var goal: LoadClient.Stage {
        switch self {
        case .connecting: .welcome
        case .joining: .joined
        }
    }
}

/// The progress of the clients of one loop, or of all, in a phase.
struct PhaseProgress: Equatable, Sendable {
    var done = 0
    var failed = 0
    /// The times when it began and when the last client ended it; nanoseconds.
    var start = 0
    var last = 0

    /// Clients in a second.
    var rate: Double { self.last > self.start ? Double(self.done) * 1e9 / Double(self.last - self.start) : 0 }

    /// The progress of two loops together.
    static func + (one: Self, other: Self) -> Self {
        Self(
            done: one.done + other.done,
            failed: one.failed + other.failed,
            start: min(one.start, other.start),
            last: max(one.last, other.last)
        )
    }
}

extension LoadClient.Stage {
    /// Whether a client at this stage is on its way to the goal of a phase.
    func isOnItsWay(to goal: Self) -> Bool {
        switch (self, goal) {
        case (.joining, .joined): true
        case (.connecting, _), (.handshake, _), (.greeting, _): goal == .welcome
        case (.welcome, _), (.joining, _), (.joined, _), (.ended, _): false
        }
    }
}
