internal import ChatSystem
internal import ChatWords
internal import Glibc

/// The progress of long work: one line on standard error that is overwritten.
///
/// It is shown to people only, not written to files.
package struct Progress: Sendable {
    private let isOnTerminal = Terminal.takesSequences(STDERR_FILENO)

    package init() {}

    /// In the background, the line to overwrite belongs to the shell.
    private var isShown: Bool { self.isOnTerminal && JobControl.isForeground(on: STDERR_FILENO) }

    /// Shows the line in place of the last one, cut to the width of the terminal.
    package func show(_ text: String) {
        guard self.isShown else { return }
        Output.write("\r\u{1B}[K" + CellWidth.prefix(of: text.sanitizedLine, Terminal.columns - 1), to: STDERR_FILENO)
    }

    /// Removes the line.
    package func clear() {
        if self.isShown { Output.write("\r\u{1B}[K", to: STDERR_FILENO) }
    }
}
