import ChatSystem
import Synchronization

/// Where log lines go.
///
/// One that cannot be written is left out and counted: no log is worth a node. Nobody waits long for it either: a reader that stands still (a stopped terminal, a collector that hangs) holds up one
/// line for a moment, and after that none until it reads again.
final class LogOutput: Sendable {
    static let standardError = LogOutput(.standardError)

    /// How long the first line waits for a reader that does not read.
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
    ///   - notice: Makes the line that tells how many are missing before this one.
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

/// Keeps account of the lines that could not be written.
struct LogGaps {
    /// How many there were since the start.
    private(set) var total = 0
    /// How many of them nobody has been told of.
    private var untold = 0
    /// Whether the last write stopped within a line.
    private var isTorn = false

    /// What to write for a line, and whether to wait for a reader that does not read.
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
