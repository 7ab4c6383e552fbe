import ChatCore
import Synchronization
import Testing

@testable import ChatClient

/// What a program that judges servers sees of the wire.
@Suite(.patience) struct WireObservationTests {
    /// What was seen, in short.
    private final class Notes: Sendable {
        private struct State {
            var notes: [String] = []
            /// The ids of pings without an answer.
            var pings: Set<Int> = []
        }

        private let state = Mutex(State())

        var all: [String] { self.state.withLock(\.notes) }

        func add(_ observation: WireObservation) {
            // On a busy machine a client asks whether anybody is there.
            if case .sent(let envelope) = observation, case .ping = envelope.command {
                return self.state.withLock { state in envelope.id.map { _ = state.pings.insert($0) } }
            }
            if case .received(.ok(let fields)) = observation,
                self.state.withLock({ $0.pings.remove(fields.id) }) != nil
            {
                return
            }
            let note =
                switch observation {
                case .opened: "opened"
                case .sent(let envelope): envelope.command.room.map { "sent to \($0)" } ?? "sent"
                case .received(.event(.message(let message))): "got \(message.position?.seq ?? 0)"
                case .received: "got"
                case .garbled: "garbled"
                case .closed: "closed"
                }
            self.state.withLock { $0.notes.append(note) }
        }
    }

    @Test func `the observer sees the doubles and holes that the program does not, and where a connection ends`()
        async throws
    {
        let lobby = try RoomName("lobby")
        let notes = Notes()
        try await FakeServer.with { server in
            let client = try ChatClient(.init(server: try ServerAddress("ws://127.0.0.1:\(server.port)")))
            await client.observe { notes.add($0) }
            try await withThrowingTaskGroup { group in
                group.addTask { try await client.run() }
                async let joined = client.join(lobby)
                let first = try await server.accept()
                try await first.welcome()
                try await first.admit(head: 0)
                _ = try await joined
                for seq in [1, 1, 3] { try await first.publish(seq, "\(seq)") }
                try await first.send("{}")
                try await first.publish(4, "4")
                var seen: [String] = []
                for await event in client.events {
                    if case .received(.message(let message)) = event { seen.append(message.text) }
                    if case .received(.gap(_, epoch: _, from: _, to: _)) = event { seen.append("gap") }
                    if seen.last == "4" { break }
                }
                #expect(seen == ["1", "gap", "3", "4"])

                await client.interrupt()
                let second = try await server.accept()
                try await second.welcome(resumed: true)
                #expect(try await second.admit(head: 4)?["after"]?["seq"]?.integer == 4)
                await client.close()
                try await group.waitForAll()
            }
        }
        let start = ["opened", "sent", "got", "sent to lobby", "got", "got 1", "got 1", "got 3", "garbled", "got 4"]
        #expect(notes.all.starts(with: start + ["closed", "opened"]))
        #expect(notes.all.last == "closed")
    }

    @Test func `a client moves to another node and resumes there`() async throws {
        let lobby = try RoomName("lobby")
        try await FakeServer.with { one in
            try await FakeServer.with { two in
                let client = try ChatClient(.init(server: try ServerAddress("ws://127.0.0.1:\(one.port)")))
                try await withThrowingTaskGroup { group in
                    group.addTask { try await client.run() }
                    async let joined = client.join(lobby)
                    let first = try await one.accept()
                    try await first.welcome()
                    try await first.admit(head: 7)
                    _ = try await joined
                    try await client.move(to: .init(server: try ServerAddress("ws://127.0.0.1:\(two.port)")))
                    let second = try await two.accept()
                    #expect(try await second.welcome()?["session"]?.string == "0123456789abcdef")
                    #expect(try await second.admit(head: 7)?["after"]?["seq"]?.integer == 7)
                    await client.close()
                    try await group.waitForAll()
                }
            }
        }
    }
}
