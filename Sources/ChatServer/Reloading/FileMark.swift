import Foundation

/// What tells one state of a file from another, without reading it.
struct FileMark: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let modified: Time
    /// A file that was replaced by one of the same time (`cp --preserve`) was changed later.
    private let changed: Time

    private struct Time: Equatable {
        let seconds: Int
        let nanoseconds: Int

        init(_ time: timespec) { (self.seconds, self.nanoseconds) = (time.tv_sec, time.tv_nsec) }
    }

    /// The state of a file now; fails when there is none.
    init?(_ path: String) {
        var entry = stat()
        // It follows links: programs that renew certificates leave one to the newest.
        guard stat(path, &entry) == 0 else { return nil }
        self.device = UInt(entry.st_dev)
        self.inode = UInt(entry.st_ino)
        self.size = Int(entry.st_size)
        self.modified = Time(entry.st_mtim)
        self.changed = Time(entry.st_ctim)
    }

    /// The state of files now, by their paths; one that is not there has none.
    static func marks(_ paths: [String]) -> [String: FileMark?] {
        Dictionary(paths.map { ($0, FileMark($0)) }) { $1 }
    }
}
