internal import Foundation
internal import Synchronization

/// A program that a test starts.
///
/// Foundation's `Process` reads beyond the end of the list of open descriptors where there are more than some 1,300, and
/// the tests of a suite have as many.
package final class ChildProcess: Sendable {
    /// How a program has ended.
    package enum End: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// What it writes to standard output.
    package let output: Output
    /// What it writes to standard error; the same as ``output`` where both go the same way.
    package let errors: Output
    private let process: pid_t
    private let known = Mutex<End?>(nil)

    /// Starts a program, with nothing to read and no descriptor but the first three.
    ///
    /// - Parameters:
    ///   - arguments: The path of the program, and its arguments.
    ///   - environment: Its variables; nil: those of the tests.
    ///   - joinsErrors: Whether its standard error goes where its output goes.
    /// - Throws: ``Failure`` when it could not be started.
    package init(_ arguments: [String], environment: [String: String]? = nil, joinsErrors: Bool = false) throws {
        let output = try Channel()
        let errors = joinsErrors ? output : try Channel()
        defer {
            output.closeWriting()
            errors.closeWriting()
        }
        self.process = try Self.spawn(arguments, environment, output.writing, errors.writing)
        self.output = Output(descriptor: output.reading)
        self.errors = joinsErrors ? self.output : Output(descriptor: errors.reading)
    }

    /// Sends it a signal, unless it has ended and somebody has been told so.
    package func signal(_ signal: Int32) {
        self.known.withLock { if $0 == nil { _ = kill(self.process, signal) } }
    }

    /// Waits for the end and blocks the thread; a program that was killed needs no time for it.
    @discardableResult
    package func waitUntilEnd() -> End {
        // It is not reaped yet: until then its number is no other program's, and a signal reaches nobody else.
        var info = siginfo_t()
        while waitid(P_PID, id_t(self.process), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        return self.known.withLock { known in
            if let known { return known }
            var status: Int32 = 0
            while waitpid(self.process, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7f
            let end: End = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
            known = end
            return end
        }
    }

    /// Waits for the end on a thread of its own.
    package func end() async -> End {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.waitUntilEnd()) }
        }
    }

    // MARK: Starting

    private typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// What Swift's view of the C library leaves out.
    private static var addCloseFrom: AddCloseFrom? {
        dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map { unsafeBitCast($0, to: AddCloseFrom.self) }
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String: String]?,
        _ output: Int32,
        _ errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        guard let addCloseFrom = self.addCloseFrom else {
            throw Failure(description: "the C library is older than glibc 2.34")
        }
        _ = addCloseFrom(&actions, STDERR_FILENO + 1)
        // The tests' own signals are no business of the program's.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for text in words + settings { free(text) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, arguments[0], &actions, &attributes, &words, &settings)
        guard failure == 0 else {
            throw Failure(description: "\(arguments[0]) did not start: \(String(cString: strerror(failure)))")
        }
        return process
    }
}

extension ChildProcess {
    /// The reading end of what a program writes; it is read by one reader, and closed with the last reference.
    package final class Output: Sendable {
        private let descriptor: Int32

        fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

        deinit { close(self.descriptor) }

        /// Reads the next bytes, and blocks until there are some.
        ///
        /// - Returns: nil at the end.
        package func read() -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = Foundation.read(self.descriptor, &bytes, bytes.count)
                if count > 0 { return Array(bytes.prefix(count)) }
                guard count < 0, errno == EINTR else { return nil }
            }
        }

        /// All that the program writes, read on a thread of its own: the pool has one for each core, and other tests need
        /// those.
        package func text() async -> String {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    var all: [UInt8] = []
                    while let bytes = self.read() { all += bytes }
                    continuation.resume(returning: String(decoding: all, as: UTF8.self))
                }
            }
        }
    }

    /// A pipe whose ends no other program inherits.
    private final class Channel {
        let reading: Int32
        let writing: Int32
        private var isOpen = true

        init() throws {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw Failure(description: "no pipe: \(String(cString: strerror(errno)))") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (self.reading, self.writing) = (ends[0], ends[1])
        }

        func closeWriting() {
            guard self.isOpen else { return }
            self.isOpen = false
            close(self.writing)
        }
    }
}
