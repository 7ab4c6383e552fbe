import Foundation
import NIOCore
import Testing

@testable import ChatNode

@Suite("The folder of the page", .patience)
struct PageFolderTests {
    /// A folder with `page` and `outside` in it, gone afterwards.
    private func withFolder(_ body: (_ page: URL, _ outside: URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString)")
        let (page, outside) = (folder.appending(path: "page"), folder.appending(path: "outside"))
        for url in [page, outside] {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(page, outside)
    }

    private func write(_ text: String, _ url: URL) throws { try Data(text.utf8).write(to: url) }

    private func link(_ url: URL, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
    }

    private func text(_ files: PageFiles, _ path: String) throws -> String? {
        try files.file(at: path).map { String(buffer: $0.plain.bytes) }
    }

    @Test func `a page of links is served, as a ConfigMap mounts it`() throws {
        try self.withFolder { page, _ in
            let data = page.appending(path: "..2026_11_28")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            try self.write("one", data.appending(path: "index.html"))
            try self.link(page.appending(path: "..data"), to: "..2026_11_28")
            try self.link(page.appending(path: "index.html"), to: "..data/index.html")
            let files = PageFiles(folder: page.path)
            #expect(try self.text(files, "/") == "one")
            #expect(try self.text(files, "/..data/index.html") == nil)
            #expect(PageFolder(page.path).warnings.isEmpty)
            // The update of a ConfigMap: another folder takes the link's place.
            let next = page.appending(path: "..2026_11_29")
            try FileManager.default.createDirectory(at: next, withIntermediateDirectories: true)
            try self.write("two", next.appending(path: "index.html"))
            try self.link(page.appending(path: "..new"), to: "..2026_11_29")
            #expect(rename(page.appending(path: "..new").path, page.appending(path: "..data").path) == 0)
            #expect(try self.text(files, "/") == "two")
        }
    }

    @Test func `no link leads out of the folder, be it of a file or a folder, and the start says so`() throws {
        try self.withFolder { page, outside in
            try self.write("secret", outside.appending(path: "secret.txt"))
            try self.write("page", page.appending(path: "index.html"))
            try self.link(page.appending(path: "file.txt"), to: "../outside/secret.txt")
            try self.link(page.appending(path: "folder"), to: outside.path)
            try self.link(page.appending(path: "nowhere"), to: "missing")
            try self.link(page.appending(path: "loop"), to: "loop")
            let files = PageFiles(folder: page.path)
            for path in ["/file.txt", "/folder/secret.txt", "/nowhere", "/loop", "/folder/../index.html"] {
                #expect(try self.text(files, path) == nil, "\(path)")
            }
            #expect(try self.text(files, "/") == "page")
            let warning = try #require(PageFolder(page.path).warnings.first)
            #expect(warning.hasSuffix("file.txt, folder, loop and 1 more"))
        }
    }

    @Test func `the folder may be a link itself, and another one later`() throws {
        try self.withFolder { page, outside in
            try self.write("old", page.appending(path: "index.html"))
            try self.write("new", outside.appending(path: "index.html"))
            let current = page.deletingLastPathComponent().appending(path: "current")
            try self.link(current, to: "page")
            let files = PageFiles(folder: current.path)
            #expect(try self.text(files, "/") == "old")
            try FileManager.default.removeItem(at: current)
            try self.link(current, to: "outside")
            #expect(try self.text(files, "/") == "new")
        }
    }

    @Test func `a file in the place of another one is served, though size and time are the same`() throws {
        try self.withFolder { page, outside in
            let (index, other) = (page.appending(path: "index.html"), outside.appending(path: "index.html"))
            let time = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)]
            for (text, url) in [("one", index), ("two", other)] {
                try self.write(text, url)
                try FileManager.default.setAttributes(time, ofItemAtPath: url.path)
            }
            let files = PageFiles(folder: page.path)
            let old = try #require(try files.file(at: "/"))
            #expect(rename(other.path, index.path) == 0)
            let new = try #require(try files.file(at: "/"))
            #expect(String(buffer: new.plain.bytes) == "two")
            #expect(new.plain.entityTag != old.plain.entityTag)
        }
    }

    @Test func `what is no file is not waited for`() throws {
        try self.withFolder { page, _ in
            #expect(mkfifo(page.appending(path: "pipe.txt").path, 0o600) == 0)
            let served = try self.text(PageFiles(folder: page.path), "/pipe.txt")
            #expect(served == nil)
            #expect(PageFolder(page.path).warnings.first?.contains("there is no page") == true)
        }
    }
}
