public import ChatCore
internal import ChatSystem
internal import Glibc
internal import NIOCore
internal import Synchronization

/// An outbox in a file, for one program at a time.
///
/// - A send is on the disk (`fsync`) before ``append(_:)`` returns.
/// - Only their owner can read the file and its folder: they contain the session secret.
/// - Finished sends are appended, too. When most of the file is unused, a new file is written beside the old one and
///   renamed into its place, so that at every moment one of the two is complete.
/// - A lock on a file beside it (`….lock`) keeps other programs out; it ends with the process, however the process
///   ends.
public final class OutboxFile: OutboxStore {
    /// The largest file that is read.
    private static let maximumBytes = 64 << 20

    /// The contents of the file when it was opened.
    public let contents: OutboxContents
    private let path: String
    private let state: Mutex<State>

    private struct State {
        var journal: OutboxJournal
        /// -1 when the outbox is closed.
        var file: Int32
        var lock: Int32
    }

    /// Opens an outbox, and makes it where there is none.
    ///
    /// - Parameters:
    ///   - path: The file. Its folder must exist.
    ///   - capacity: The most sends that it keeps.
    ///   - now: The time in milliseconds since the Unix epoch; nil: the clock's time.
    /// - Throws: ``ClientError`` with the code `storage` when it cannot be used, `locked` when another program uses it.
    public init(path: String, capacity: Int = 1000, now: Int? = nil) throws(ClientError) {
        self.path = path
        let lock = try Self.lock(path + ".lock")
        do throws(ClientError) {
            var journal = try OutboxJournal(
                reading: try Self.read(path),
                now: now ?? WallClock.now(),
                capacity: capacity
            )
            self.contents = journal.contents
            let file = try Self.replace(path, with: journal.compacted())
            self.state = Mutex(State(journal: journal, file: file, lock: lock))
        } catch {
            Glibc.close(lock)
            throw error
        }
    }

    deinit { self.close() }

    /// Lets other programs use the file; later appends are not kept.
    public func close() {
        self.state.withLock { state in
            guard state.file >= 0 else { return }
            Glibc.close(state.file)
            Glibc.close(state.lock)
            (state.file, state.lock) = (-1, -1)
        }
    }

    /// Keeps a send.
    ///
    /// - Parameter send: The send.
    /// - Throws: ``ClientError`` with the code `storage` when the disk is full or the limit of sends is reached.
    public func append(_ send: KeptSend) throws(ClientError) {
        let failure: ClientError? = self.state.withLock { state in
            var journal = state.journal
            switch journal.append(send) {
            case .full: return .storage("\(journal.capacity) lines are kept already")
            case .write(let line):
                guard Self.write(line, to: state.file), fdatasync(state.file) == 0 else {
                    let failure = ClientError.storage(reason())
                    Self.takeBack(state.file, to: state.journal.fileBytes)
                    return failure
                }
                state.journal = journal
                return nil
            }
        }
        if let failure { throw failure }
    }

    // The next two need not be on the disk at once: a send whose removal is lost is sent again, and stored once.

    /// Forgets a send that has its answer.
    public func remove(_ key: IdempotencyKey) { self.note { $0.remove(key) } }

    /// Remembers the client's session.
    public func setSession(_ session: SessionSecret) { self.note { $0.setSession(session) } }

    /// Remembers the time for which the server keeps a key.
    public func setKeyWindow(_ window: Duration) {
        self.note { $0.setKeySeconds(Int(clamping: window.components.seconds)) }
    }

    private func note(_ change: (inout OutboxJournal) -> ByteBuffer?) {
        self.state.withLock { state in
            // The journal describes the file, so it changes only when the file does.
            var journal = state.journal
            guard state.file >= 0, let line = change(&journal) else { return }
            guard Self.write(line, to: state.file) else {
                return Self.takeBack(state.file, to: state.journal.fileBytes)
            }
            state.journal = journal
            guard journal.isBloated, let file = try? Self.replace(self.path, with: journal.compacted()) else { return }
            state.journal = journal
            Glibc.close(state.file)
            state.file = file
        }
    }
}

// MARK: - Files

extension OutboxFile {
    private static func lock(_ path: String) throws(ClientError) -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .storage(reason()) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let failure = isTaken ? ClientError.locked : ClientError.storage(reason())
            Glibc.close(file)
            throw failure
        }
        return file
    }

    private static func read(_ path: String) throws(ClientError) -> ByteBuffer {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return ByteBuffer() }
            throw .storage(reason())
        }
        defer { Glibc.close(file) }
        var bytes = ByteBuffer()
        while true {
            var hasFailed = false
            let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 65536) { room in
                let count = Glibc.read(file, room.baseAddress, room.count)
                hasFailed = count < 0
                return max(0, count)
            }
            guard !hasFailed else { throw .storage(reason()) }
            if count == 0 { return bytes }
            guard bytes.readableBytes <= self.maximumBytes else { throw .storage("it is larger than 64 MiB") }
        }
    }

    /// Writes a file beside the old one and renames it into its place.
    ///
    /// - Returns: The new file, open for appending.
    private static func replace(_ path: String, with bytes: ByteBuffer) throws(ClientError) -> Int32 {
        let new = path + ".new"
        unlink(new)
        let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .storage(reason()) }
        guard Self.write(bytes, to: file), fsync(file) == 0, rename(new, path) == 0 else {
            let failure = ClientError.storage(reason())
            Glibc.close(file)
            throw failure
        }
        // The name must be on the disk, too.
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if handle >= 0 {
            fsync(handle)
            Glibc.close(handle)
        }
        return file
    }

    /// Removes a record that may be half written: the next record begins a new line.
    private static func takeBack(_ file: Int32, to length: Int) { ftruncate(file, off_t(length)) }

    private static func write(_ bytes: ByteBuffer, to file: Int32) -> Bool {
        bytes.withUnsafeReadableBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(file, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
            return true
        }
    }
}

/// The reason why the last system call failed.
private func reason() -> String { String(cString: strerror(errno)) }
