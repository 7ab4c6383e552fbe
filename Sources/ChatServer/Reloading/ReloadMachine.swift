/// Decides when settings are read again, and whether a fault is logged, without files and clocks.
///
/// `Mark` is a state of a file that is equal to another one when the file has not changed.
struct ReloadMachine<Mark: Equatable> {
    typealias Marks = [String: Mark?]

    /// The time after which settings that could not be read are tried again: the fault may not be the files'.
    static var retryInterval: Duration { .seconds(60) }

    /// The files as they were when they were last read.
    private var taken: Marks
    /// The files at the last look.
    private var seen: Marks
    /// The fault that is in the way; nil when there is none.
    private var fault: (message: String, retry: ContinuousClock.Instant)?

    /// Begins with settings that were read from files in this state.
    init(_ marks: Marks) {
        self.taken = marks
        self.seen = marks
    }

    /// The step after a look at the files.
    enum OnLook: Equatable {
        case wait
        /// Read the settings, and tell the machine what has come of it.
        case read
    }

    /// The files were looked at.
    ///
    /// They are read when they have changed and then stayed the same until the next look: a file that is still being
    /// written is not whole, and a new certificate is useless before its key has come.
    mutating func look(_ marks: Marks, now: ContinuousClock.Instant) -> OnLook {
        let isStill = marks == self.seen
        self.seen = marks
        let isChanged = marks != self.taken && isStill
        guard isChanged || self.fault.map({ now >= $0.retry }) ?? false else { return .wait }
        self.taken = marks
        return .read
    }

    /// Somebody asked for a reading; the files are in this state.
    mutating func asked(_ marks: Marks) {
        self.seen = marks
        self.taken = marks
    }

    /// The settings were read.
    ///
    /// - Returns: Whether a fault that was logged has gone.
    mutating func succeeded() -> Bool { self.fault.take() != nil }

    /// The settings cannot be used.
    ///
    /// - Returns: Whether to log it: once for each fault, unless somebody asked.
    mutating func failed(_ message: String, isAsked: Bool, now: ContinuousClock.Instant) -> Bool {
        let isNew = self.fault?.message != message
        self.fault = (message, now + Self.retryInterval)
        return isNew || isAsked
    }
}
