internal import Glibc

/// Small files that are read and written whole.
package enum AtomicFile {
    /// Reads a file of at most 16 MiB.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - mayBePipe: Whether it may be a pipe: reading one waits for whoever writes to it, and takes what is read away.
    /// - Returns: Its bytes; nil when there is no such file.
    /// - Throws: ``FileError`` when it exists and cannot be read.
    package static func read(_ path: String, mayBePipe: Bool = false) throws(FileError) -> [UInt8]? {
        // Opening a pipe to which nobody writes waits, too.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (mayBePipe ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError(path, .system(errno))
        }
        var facts = stat()
        let isPipe = fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFIFO
        guard mayBePipe || !isPipe, let file = fdopen(descriptor, "r") else {
            let code = errno
            close(descriptor)
            throw FileError(path, isPipe ? .pipe : .system(code))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= 16 << 20 {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        guard ferror(file) == 0, bytes.count <= 16 << 20 else {
            throw FileError(path, .unreadable)
        }
        return bytes
    }

    /// Writes a file beside the old one and renames it into its place: a reader sees either the old or the new file,
    /// complete.
    ///
    /// - Parameters:
    ///   - text: Its new content; only its owner may read it.
    ///   - path: The file.
    /// - Throws: ``FileError``.
    package static func write(_ text: String, to path: String) throws(FileError) {
        let path = try self.target(of: path)
        let new = "\(path).\(getpid()).new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw FileError(path, .system(errno)) }
        let isWritten = (try? Descriptor(file).write(text)) != nil && fsync(file) == 0
        close(file)
        guard isWritten, rename(new, path) == 0 else {
            let code = errno
            unlink(new)
            throw FileError(path, .system(code))
        }
    }

    /// Checks that a file can be written: that its folder is there, and that files can be made in it.
    ///
    /// - Throws: ``FileError``.
    package static func checkWritable(_ path: String) throws(FileError) {
        let target = try self.target(of: path)
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        guard access(folder, W_OK | X_OK) == 0 else { throw FileError(path, .system(errno)) }
    }

    /// The file to which a path leads: links are followed if the user, or the machine's administrator, made them.
    ///
    /// - Parameter path: A file, which need not exist.
    /// - Returns: The path of the file itself.
    /// - Throws: ``FileError`` for a link that another user made, and for links that lead in a circle.
    package static func target(of path: String) throws(FileError) -> String {
        var path = path
        // As many as Linux itself follows.
        for _ in 0..<40 {
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw FileError(path, .foreignLink)
            }
            var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            guard readlink(path, &bytes, Int(PATH_MAX)) > 0 else { break }
            let target = bytes.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? path
            let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            path = target.hasPrefix("/") ? target : folder + target
        }
        throw FileError(path, .system(ELOOP))
    }

    /// Makes a folder, and its parents, which only their owner may enter.
    package static func makeFolder(_ path: String) throws(FileError) {
        var (made, failure) = ("", Int32(0))
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += made.isEmpty && !path.hasPrefix("/") ? String(part) : "/" + part
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            failure = errno
            // An existing folder may be in one where no folder can be made.
            guard failure == EROFS || failure == EACCES else { break }
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw FileError(path, .system(errno == ENOENT && failure != 0 ? failure : errno))
        }
    }

    /// A lock that ends with the process, however the process ends.
    ///
    /// - Parameter path: A file that has no other use.
    /// - Returns: Whether this process has the lock now.
    /// - Throws: ``FileError`` when the file cannot be made.
    package static func lock(_ path: String) throws(FileError) -> Bool {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw FileError(path, .system(errno)) }
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
        close(file)
        return false
    }
}

/// The reason why a file cannot be used.
package struct FileError: Error, Equatable {
    package enum Reason: Equatable, Sendable {
        /// The system's error, as in `errno`.
        case system(CInt)
        /// It is too large, or reading failed midway.
        case unreadable
        /// It is a pipe, at whose end a program may wait for ever.
        case pipe
        /// It is a link that another user made.
        case foreignLink
    }

    package let path: String
    package let reason: Reason

    package init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }
}

extension FileError: CustomStringConvertible {
    /// There is no such file.
    package static func missing(_ path: String) -> Self { Self(path, .system(ENOENT)) }

    /// The system's words for its error, in English; nil for a reason that is not the system's.
    package var systemWords: String? {
        if case .system(let number) = self.reason { String(cString: strerror(number)) } else { nil }
    }

    /// The fault in English, with `{path}` for the file.
    package var english: String {
        switch self.reason {
        case .system: "{path}: \(self.systemWords ?? "")"
        case .unreadable: "{path} cannot be read"
        case .pipe: "{path} is a pipe"
        case .foreignLink: "{path} is a link of another user"
        }
    }

    package var description: String { self.english.replacing("{path}", with: self.path) }
}
