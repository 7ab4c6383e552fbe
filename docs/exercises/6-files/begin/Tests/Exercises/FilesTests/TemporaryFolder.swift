import Foundation

/// A folder for one test, which is gone after it.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: self.url) }

    /// All files in it.
    private var files: [URL] {
        let found = FileManager.default.enumerator(at: self.url, includingPropertiesForKeys: nil)
        return (found?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }
    }

    /// The bytes of all files together.
    var bytes: Int { get throws { try self.files.reduce(0) { try $0 + Data(contentsOf: $1).count } } }

    /// Whether some file has a text.
    func contains(_ text: String) throws -> Bool {
        try self.files.contains { try Data(contentsOf: $0).range(of: Data(text.utf8)) != nil }
    }

    /// Takes bytes from the end of the longest file.
    func cutLongestFile(by count: Int) throws {
        let files = try self.files.map { ($0, try Data(contentsOf: $0)) }
        guard let (url, data) = files.max(by: { $0.1.count < $1.1.count }), data.count > count else {
            throw CocoaError(.fileNoSuchFile)
        }
        try data.dropLast(count).write(to: url)
    }
}
