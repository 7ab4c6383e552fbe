import ChatClient
import ChatCore
import Foundation

/// A bot that keeps the points of a room: `karma-bot [SERVER [ROOM [FILE]]]`.
@main
struct KarmaBot {
    static func main() async throws {
        var words = CommandLine.arguments.dropFirst().makeIterator()
        let server = try ServerAddress(words.next() ?? "ws://127.0.0.1:8080")
        let room = try RoomName(words.next() ?? "lobby")
        var configuration = ChatClient.Configuration(server: server, name: try UserName("karma"))
        // It remembers the session: a bot that is started again is the same user, and keys belong to their user.
        configuration.outbox = try OutboxFile(path: words.next() ?? "karma.outbox")
        let client = try ChatClient(configuration)

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            // The points are in the log. The bot reads its end again each time, and needs no memory of its own.
            await client.enter(room, from: .last(100))
            try await Self.answer(as: client, in: room)
            await client.close()
            try await group.waitForAll()
        }
    }

    /// Answers what is said in the room, until the server takes the room away.
    private static func answer(as client: ChatClient, in room: RoomName) async throws {
        var karma = Karma()
        var ownID: UserID?
        for await event in client.events {
            switch event {
            case .connection(.connected(let welcome)): ownID = welcome.user.id
            case .received(.reset): karma = Karma()
            case .received(.message(let message)) where message.sender.id != ownID:
                guard let place = message.position else { continue }
                guard let answer = karma.hear(message.text, from: message.sender.name.rawValue) else { continue }
                guard message.isFresh else { continue }
                // The key is made of the question's place: however often the bot reads the question, the server
                // stores one answer.
                let key = try IdempotencyKey("karma-\(place.epoch)-\(place.seq)")
                _ = try await client.enqueue(room, answer, key: key)
            default:
                guard await client.isIn(room) else { return print("no longer in \(room): \(event)") }
            }
        }
    }
}

extension Message {
    /// Whether it was said within the last hour.
    ///
    /// A server remembers keys for a day, unless its operator wants it otherwise: older questions might be answered twice.
    fileprivate var isFresh: Bool { Date.now.timeIntervalSince1970 - Double(self.time) / 1000 < 3600 }
}
