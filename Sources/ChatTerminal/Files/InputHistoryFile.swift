package import ChatSystem
internal import Glibc

/// The lines that a user wrote in earlier sessions, in a file that nobody else can read.
///
/// A line of the file is one line of input, with `\n` for a line break in it and `\\` for a backslash. Several sessions may
/// append to it at the same time: each line is one write.
package struct InputHistoryFile: Sendable {
    /// When the file has more lines than this, it is cut to the last ``LineHistory/capacity``.
    package static let maximumLines = 2 * LineHistory.capacity
    /// The most bytes of a line that is kept: no message is longer, and a file of such lines can still be read.
    package static let maximumBytes = 16_000

    package let path: String

    package init(path: String) { self.path = path }

    /// Reads the last lines, and shortens the file when it is long.
    ///
    /// - Throws: ``FileError`` when the file cannot be read.
    package func load() throws(FileError) -> [String] {
        guard let bytes = try AtomicFile.read(self.path) else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(Self.unescaped)
        let last = Array(lines.suffix(LineHistory.capacity))
        if lines.count > Self.maximumLines {
            try AtomicFile.write(last.map { Self.escaped($0) + "\n" }.joined(), to: self.path)
        }
        return last
    }

    /// Appends a line; a failure does not end the session.
    package func append(_ line: String) {
        let line = Self.escaped(line) + "\n"
        guard line.utf8.count <= Self.maximumBytes, let path = try? AtomicFile.target(of: self.path) else { return }
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        Output.write(line, to: file)
        close(file)
    }

    package static func escaped(_ line: String) -> String {
        line.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\r", with: "")
    }

    package static func unescaped(_ line: some StringProtocol) -> String {
        var text = ""
        var isEscaped = false
        for character in line {
            if isEscaped {
                text.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }
}
