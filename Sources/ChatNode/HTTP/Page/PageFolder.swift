// Where a module is compiled as a whole, the compiler finds `stat` there.
import CoreFoundation
import Foundation

/// The folder of the page: finds files in it, and never outside of it.
///
/// There is one rule for symbolic links, of files and of folders: a link within the folder's real path is followed (a
/// ConfigMap of Kubernetes consists of such links), a link that leads out of it counts as missing.
struct PageFolder: Sendable {
    /// The most entries that are checked for ``warnings``, and the most that are named.
    private static let searchLimit = 10_000
    private static let namedLimit = 3

    let path: String

    init(_ path: String) { self.path = path }

    /// The version of a file's contents, by its attributes.
    ///
    /// Any change of them sets `changed`, which no program can choose; a new file in its place has a different number.
    struct Version: Equatable, Sendable {
        let device: UInt64
        let number: UInt64
        let size: Int
        let modified: Int
        let changed: Int
    }

    /// The reason why a file that may exist cannot be read now.
    struct Unavailable: Error {}

    /// A file's contents, or nil where they are known already.
    struct Contents {
        let version: Version
        /// nil when the version is the known one.
        let data: Data?
    }

    /// Reads a file, unless its version is known.
    ///
    /// - Parameters:
    ///   - name: Its path within the folder.
    ///   - known: The version that the caller has.
    ///   - limit: The most bytes that it may have.
    /// - Returns: nil when there is no such file within the folder.
    /// - Throws: ``Unavailable`` when the system has no file to open left.
    func read(_ name: String, known: Version?, limit: Int) throws(Unavailable) -> Contents? {
        guard let place = self.place(of: name) else { return nil }
        // Opening a pipe would wait for its writer without this flag.
        let descriptor = open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == EMFILE || errno == ENFILE { throw Unavailable() }
            return nil
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) <= limit else {
            return nil
        }
        let version = Version(status)
        if version == known { return Contents(version: version, data: nil) }
        // It may have grown since.
        guard let data = try? handle.read(upToCount: limit + 1) ?? Data(), data.count <= limit else { return nil }
        return Contents(version: version, data: data)
    }

    /// The real path of a file or folder; nil when it is missing or outside.
    private func place(of name: String) -> String? {
        guard let root = Self.realPath(self.path), let place = Self.realPath(self.path + "/" + name) else { return nil }
        return place == root || place.hasPrefix(root == "/" ? root : root + "/") ? place : nil
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    // MARK: At the start

    /// Warnings about the folder for the operator.
    var warnings: [String] {
        var warnings: [String] = []
        if self.place(of: "index.html") == nil {
            warnings.append("there is no page in \(self.path) (--static)")
        }
        let stray = self.strayLinks
        guard !stray.isEmpty else { return warnings }
        let names = stray.prefix(Self.namedLimit).joined(separator: ", ")
        let rest = stray.count > Self.namedLimit ? " and \(stray.count - Self.namedLimit) more" : ""
        warnings.append("not served, since they lead out of \(self.path) or nowhere (--static): \(names)\(rest)")
        return warnings
    }

    /// The links in the folder that are not followed.
    private var strayLinks: [String] {
        var stray: [String] = []
        guard let names = FileManager.default.enumerator(atPath: self.path) else { return [] }
        for (index, name) in names.enumerated() {
            guard index < Self.searchLimit else { break }
            guard let name = name as? String, !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else {
                continue
            }
            var status = stat()
            guard lstat(self.path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { continue }
            if self.place(of: name) == nil { stray.append(name) }
        }
        return stray.sorted()
    }
}

extension PageFolder.Version {
    fileprivate init(_ status: stat) {
        self.device = UInt64(status.st_dev)
        self.number = UInt64(status.st_ino)
        self.size = Int(status.st_size)
        self.modified = Int(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int(status.st_mtim.tv_nsec)
        self.changed = Int(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int(status.st_ctim.tv_nsec)
    }
}

extension NodeConfiguration {
    /// Warnings about the page's folder for the operator.
    package var pageWarnings: [String] { PageFolder(self.staticFiles).warnings }
}
