import Logging
import Synchronization

/// The level of the log: one for all loggers, and a reload changes it.
final class LogLevel: Sendable {
    /// The position in the list of all levels.
    private let position: Atomic<Int>

    init(_ level: Logger.Level) { self.position = Atomic(Self.position(of: level)) }

    /// The level of now; it is asked before each line.
    var current: Logger.Level { Logger.Level.allCases[self.position.load(ordering: .relaxed)] }

    func set(_ level: Logger.Level) { self.position.store(Self.position(of: level), ordering: .relaxed) }

    private static func position(of level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
}
