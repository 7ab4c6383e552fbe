internal import ChatSystem
internal import Glibc

/// Standard input, read only when somebody asks: what is not asked for stays with the one who writes it.
package struct StandardInput: Sendable {
    /// Whether a terminal is left alone while it is another job's; else its owner stops the program, as any filter.
    private let sharesTerminal: Bool
    private let descriptor = DescriptorWait()

    package init(sharesTerminal: Bool = false) { self.sharesTerminal = sharesTerminal }

    /// What a read gave.
    package enum Chunk: Sendable {
        case bytes([UInt8])
        /// Nothing came in time.
        case timeout
        /// Something was typed, but the terminal is another job's now: nothing was taken.
        case elsewhere
        /// Nothing will come any more, or the task was cancelled.
        case end
    }

    /// Waits for bytes.
    ///
    /// - Parameter milliseconds: The longest time to wait; nil: no bound.
    /// - Returns: What came.
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

    /// Takes what is there; nil when that is nothing, but more may come.
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
