internal import ChatSystem
internal import Glibc

/// Standard input, read only on request: unread bytes stay with the writer.
package struct StandardInput: Sendable {
    /// Whether a terminal is not read while another job has it; otherwise the system stops the program, like any
    /// filter.
    private let sharesTerminal: Bool
    private let descriptor = DescriptorWait()

    package init(sharesTerminal: Bool = false) { self.sharesTerminal = sharesTerminal }

    /// The result of a read.
    package enum Chunk: Sendable {
        case bytes([UInt8])
        /// Nothing came in time.
        case timeout
        /// Something was typed, but another job has the terminal now: nothing was read.
        case elsewhere
        /// The input has ended, or the task was cancelled.
        case end
    }

    /// Waits for bytes.
    ///
    /// - Parameter milliseconds: The longest time to wait; nil: no bound.
    /// - Returns: The result.
    package func read(within milliseconds: Int32? = nil) async -> Chunk {
        while true {
            switch await self.descriptor.wait(for: STDIN_FILENO, POLLIN, within: milliseconds) {
            case .timeout: return .timeout
            case .cancelled: return .end
            case .ready: break
            }
            if let chunk = self.take() { return chunk }
        }
    }

    /// Reads the available bytes; nil when there are none, but more may come.
    private func take() -> Chunk? {
        guard !self.sharesTerminal || JobControl.isForeground else { return .elsewhere }
        var buffer = [UInt8](repeating: 0, count: 16384)
        var count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
        while count < 0, errno == EINTR { count = Glibc.read(STDIN_FILENO, &buffer, buffer.count) }
        if count < 0, errno == EAGAIN { return nil }
        if count < 0, errno == EIO, self.sharesTerminal, !JobControl.isForeground { return .elsewhere }
        return count > 0 ? .bytes(Array(buffer.prefix(count))) : .end
    }
}
