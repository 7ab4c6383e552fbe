package import ChatCore
package import ChatSystem
package import ChatWords

/// Keeps ``Positions`` in a file: soon after each change, and at the end.
///
/// A position is stored only after the message was written to standard output, so every stored message was printed. The
/// reverse is not true: after a kill, the next run may print again the messages of the last tenth of a second.
package actor TailStateFile {
    private static let delay: Duration = .milliseconds(100)

    private let path: String
    private var positions: Positions
    private var saved: Positions
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    /// Opens the file; one process at a time.
    ///
    /// - Parameter path: The file; it need not exist.
    /// - Throws: ``Fault``.
    package init(_ path: String) throws(Fault) {
        (self.changes, self.changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (self.path, self.positions) = try Self.open(path)
        self.saved = self.positions
    }

    private static func open(_ path: String) throws(Fault) -> (path: String, Positions) {
        let (file, isOurs, bytes): (String, Bool, [UInt8]?)
        do throws(FileError) {
            // The lock is beside the file itself: two links to it are the same state.
            file = try AtomicFile.target(of: path)
            isOurs = try AtomicFile.lock(file + ".lock")
            bytes = isOurs ? try AtomicFile.read(file) : nil
        } catch {
            throw Fault(error)
        }
        guard isOurs else { throw Fault(saying: "{path}: another process uses it", ["path": file], .storage) }
        guard let bytes else { return (file, Positions()) }
        do throws(Fault) { return (file, try Positions(reading: bytes)) } catch {
            throw Fault("\(file): \(error.message)", .storage)
        }
    }

    package subscript(room: RoomName) -> LogPosition? { self.positions[room] }

    /// Everything up to here was printed, or reported lost.
    package func note(_ room: RoomName, _ position: LogPosition) {
        self.positions[room] = position
        self.changed.yield()
    }

    /// Saves soon after each change, until the task is cancelled.
    ///
    /// - Throws: ``FileError`` when the file cannot be written: going on would mean to forget.
    package func keepSaving() async throws(FileError) {
        for await _ in self.changes {
            try? await Task.sleep(for: Self.delay)
            try self.save()
        }
    }

    /// Saves at once, if there is anything new.
    package func save() throws(FileError) {
        guard self.positions != self.saved else { return }
        try AtomicFile.write(self.positions.text, to: self.path)
        self.saved = self.positions
    }
}
