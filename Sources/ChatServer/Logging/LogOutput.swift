import ChatSystem
import Synchronization

/// The output for log lines.
///
/// A line that cannot be written is left out and counted, since a log must not end a node. It does not wait long,
/// either: a reader that does not read (a stopped terminal, a collector that hangs) delays one line for a moment, and
/// no other line until it reads again.
final class LogOutput: Sendable {
    static let standardError = LogOutput(.standardError)

    /// The time for which the first line waits for a reader that does not read.
    private static let patience = Duration.milliseconds(100)

    private let descriptor: Descriptor
    private let gaps = Mutex(LogGaps())

    init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// Lines that could not be written, since the start.
    var lostLines: Int { self.gaps.withLock { $0.total } }

    /// Writes a line, or leaves it out.
    ///
    /// - Parameters:
    ///   - line: The line, with its end.
    ///   - notice: Makes the line with the number of missing lines before this one.
    func write(_ line: String, notice: (Int) -> String) {
        self.gaps.withLock { gaps in
            let (text, isPatient) = gaps.next(line, notice: notice)
            do throws(WriteError) {
                try self.descriptor.write(text, patience: isPatient ? Self.patience : .zero)
                gaps.wrote()
            } catch {
                gaps.failed(after: error.written)
            }
        }
    }
}

/// Counts the lines that could not be written.
struct LogGaps {
    /// The number since the start.
    private(set) var total = 0
    /// The number of them that were not reported yet.
    private var untold = 0
    /// Whether the last write stopped within a line.
    private var isTorn = false

    /// The text to write for a line, and whether to wait for a reader that does not read.
    func next(_ line: String, notice: (Int) -> String) -> (text: String, isPatient: Bool) {
        guard self.untold > 0 else { return (line, true) }
        return ((self.isTorn ? "\n" : "") + notice(self.untold) + line, false)
    }

    /// The text was written whole.
    mutating func wrote() {
        self.untold = 0
        self.isTorn = false
    }

    /// The text was not written, or only its beginning.
    mutating func failed(after bytes: Int) {
        self.total += 1
        self.untold += 1
        self.isTorn = self.isTorn || bytes > 0
    }
}
