import ChatCore
import Foundation
import Testing

@testable import ChatClient

@Suite(.patience) final class OutboxFileTests {
    private let folder: URL
    private var path: String { self.folder.appending(path: "outbox").path }
    private let lobby: RoomName

    init() throws {
        self.lobby = try RoomName("lobby")
        self.folder = FileManager.default.temporaryDirectory.appending(path: "outbox-\(UUID())")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    private func send(_ number: Int) throws -> KeptSend {
        KeptSend(room: self.lobby, text: "\(number)", kind: .text, key: try IdempotencyKey("k\(number)"), time: 1)
    }

    @Test func `what was kept is there when the file is opened again, and nobody else can read it`() throws {
        do {
            let file = try OutboxFile(path: self.path, now: 2)
            try file.append(self.send(1))
            try file.append(self.send(2))
            file.remove(try IdempotencyKey("k1"))
            file.setSession(try #require(SessionSecret("0123456789abcdef")))
        }
        let contents = try OutboxFile(path: self.path, now: 2).contents
        #expect(contents.sends == [try self.send(2)])
        #expect(contents.session?.rawValue == "0123456789abcdef")
        let mode = try FileManager.default.attributesOfItem(atPath: self.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `one program at a time`() throws {
        let file = try OutboxFile(path: self.path)
        let error = #expect(throws: ClientError.self) { try OutboxFile(path: self.path) }
        #expect(error?.code == .locked)
        withExtendedLifetime(file) {}
    }

    @Test func `a torn record is told and passed over, and what follows begins a line of its own`() throws {
        do { try OutboxFile(path: self.path, now: 2).append(self.send(1)) }
        let bytes = try Data(contentsOf: URL(filePath: self.path))
        try (bytes + Data(#"{"type":"send","ke"#.utf8)).write(to: URL(filePath: self.path))
        do {
            let file = try OutboxFile(path: self.path, now: 2)
            #expect(file.contents.damaged == 1)
            try file.append(self.send(2))
        }
        let contents = try OutboxFile(path: self.path, now: 2).contents
        #expect(contents.sends == [try self.send(1), try self.send(2)] && contents.damaged == 0)
    }

    @Test func `a folder that is not there and a folder in place of the file are errors`() throws {
        for path in [self.folder.path + "/none/outbox", self.folder.path] {
            let error = #expect(throws: ClientError.self) { try OutboxFile(path: path) }
            #expect(error?.code == .storage)
        }
    }

    @Test func `the file stays small however many sends go through it`() throws {
        let file = try OutboxFile(path: self.path, now: 2)
        for number in 0..<2000 {
            try file.append(self.send(number))
            file.remove(try IdempotencyKey("k\(number)"))
        }
        let size = try FileManager.default.attributesOfItem(atPath: self.path)[.size] as? Int
        #expect(try #require(size) < OutboxJournal.slack + 1000)
    }

    @Test func `a send without an answer is sent by the next client, with its key and as the same user`() async throws {
        let path = self.path
        let lobby = self.lobby
        try await FakeServer.with { server in
            var configuration = ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(server.port)"))
            let earlier = try OutboxFile(path: path)
            configuration.outbox = earlier
            let first = try ChatClient(configuration)
            let lost = try await withThrowingTaskGroup { group in
                group.addTask { try await first.run() }
                async let joined = first.join(lobby)
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 0)
                _ = try await joined
                _ = try await first.enqueue(lobby, "stored")
                try await connection.acknowledge(try await connection.next(), seq: 1)
                _ = try await first.enqueue(lobby, "lost")
                let lost = try await connection.next()
                await first.close()
                try await group.waitForAll()
                return lost
            }
            earlier.close()
            let later = try OutboxFile(path: path)
            let contents = later.contents
            #expect(contents.sends.map(\.text) == ["lost"])
            configuration.outbox = later
            let second = try ChatClient(configuration)
            try await withThrowingTaskGroup { group in
                group.addTask { try await second.run() }
                async let joined = second.join(lobby)
                let connection = try await server.accept()
                let hello = try await connection.welcome(resumed: true)
                #expect(hello?["session"]?.string == "0123456789abcdef")
                try await connection.admit(head: 1)
                _ = try await joined
                let pending = try await second.resend(contents.sends[0])
                let again = try await connection.next()
                #expect(again?["key"] == lost?["key"] && again?["text"]?.string == "lost")
                try await connection.acknowledge(again, seq: 2)
                #expect(try await pending.receipt().position.seq == 2)
                await second.close()
                try await group.waitForAll()
            }
            later.close()
        }
        #expect(try OutboxFile(path: self.path).contents.sends == [])
    }
}
