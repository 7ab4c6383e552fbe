import Foundation
import Testing

@testable import ChatSystem

/// Files that are read and written whole.
@Suite(.patience) final class AtomicFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "atomic-\(UUID())").path

    init() throws { try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: self.folder) }

    private func path(_ name: String) -> String { "\(self.folder)/\(name)" }

    private func pipe() throws -> String {
        let path = self.path("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }

    @Test func `what is written is read, and what is not there is none`() throws {
        let path = self.path("file")
        #expect(try AtomicFile.read(path) == nil)
        try AtomicFile.write("래블업\n", to: path)
        try AtomicFile.write("둘째\n", to: path)
        #expect(try AtomicFile.read(path) == Array("둘째\n".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder) == ["file"])
    }

    @Test func `a pipe to which nobody writes keeps nobody waiting`() throws {
        let path = try self.pipe()
        #expect(throws: FileError(path, .pipe)) { try AtomicFile.read(path) }
        #expect("\(FileError(path, .pipe))" == "\(path) is a pipe")
        let link = self.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: FileError(link, .pipe)) { try AtomicFile.read(link) }
    }

    @Test func `a pipe may be read where a user hands something over`() async throws {
        let path = try self.pipe()
        let reading = Task.detached { try AtomicFile.read(path, mayBePipe: true) }
        // Opening it for writing waits for the reader.
        let writing = Task.detached { try Data("key\n".utf8).write(to: URL(filePath: path)) }
        try await writing.value
        #expect(try await reading.value == Array("key\n".utf8))
    }

    @Test func `what is no file, or too large, is told`() throws {
        #expect(throws: FileError(self.folder, .unreadable)) { try AtomicFile.read(self.folder) }
        #expect(throws: FileError("/dev/zero", .unreadable)) { try AtomicFile.read("/dev/zero") }
        #expect(try AtomicFile.read("/dev/null")?.isEmpty == true)
        let error = #expect(throws: FileError.self) { try AtomicFile.read("/dev/null/file") }
        #expect(error?.description == "/dev/null/file: Not a directory")
    }

    @Test func `a file that cannot be written is known before it is`() throws {
        try AtomicFile.checkWritable(self.path("file"))
        #expect(throws: FileError(self.path("no/file"), .system(ENOENT))) {
            try AtomicFile.checkWritable(self.path("no/file"))
        }
        #expect(throws: FileError("/dev/null/file", .system(ENOTDIR))) {
            try AtomicFile.checkWritable("/dev/null/file")
        }
    }
}
