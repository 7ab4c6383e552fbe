package import ChatClient
package import ChatCore
package import ChatSystem
internal import ChatWords
internal import Synchronization

/// `join` without a terminal: lines in, messages out.
package struct PlainJoin: Sendable {
    /// The longest wait, at the end, for sent messages to come back and be printed.
    private static let farewell: Duration = .seconds(2)

    package var rooms: [RoomName]
    package var history: Int
    package var palette: Palette
    /// Messages that an earlier run left in the outbox; they are sent first.
    package var kept = OutboxContents()

    package init(rooms: [RoomName], history: Int, palette: Palette, kept: OutboxContents = OutboxContents()) {
        self.rooms = rooms
        self.history = history
        self.palette = palette
        self.kept = kept
    }

    /// Runs until the input has ended, everything sent is stored and everything is printed, or until nobody reads the
    /// output.
    package func run(_ client: ChatClient) async throws -> ExitStatus {
        let watch = Watch(PlainProgress(self.rooms))
        let start: JoinStart = self.history > 0 ? .last(self.history) : .live
        for room in self.rooms { await client.enter(room, from: start) }
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await self.print(client, watch) }
            group.addTask {
                // Rooms are entered already: sends do not wait for this, and are kept if there is an outbox.
                for room in self.rooms { _ = try await unlessLost(room, client) { try await client.join(room) } }
                return nil
            }
            group.addTask {
                guard let (status, last) = try await self.talk(client) else { return nil }
                watch.update { $0.sent(status, last: last) }
                return nil
            }
            group.addTask { await Output.isAbandoned() ? .success : nil }
            group.addTask { await watch.end(within: Self.farewell) }
            defer { group.cancelAll() }
            while let status = try await group.next() { if let status { return status } }
            return .success
        }
    }

    /// The shared state of the tasks, for the one that waits for the end.
    private final class Watch: Sendable {
        private let progress: Mutex<PlainProgress>
        private let changes: AsyncStream<Void>
        private let changed: AsyncStream<Void>.Continuation

        init(_ progress: PlainProgress) {
            self.progress = Mutex(progress)
            (self.changes, self.changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        func update(_ change: (inout PlainProgress) -> Void) {
            self.progress.withLock { change(&$0) }
            self.changed.yield()
        }

        /// Waits for the end; nil when the task was cancelled first.
        func end(within farewell: Duration) async -> ExitStatus? {
            await withTaskGroup(of: ExitStatus?.self) { group in
                defer { group.cancelAll() }
                var isTimed = false
                for await _ in self.changes {
                    switch self.progress.withLock(\.standing) {
                    case .working: continue
                    case .done(let status): return status
                    case .awaitingEcho(let status):
                        guard !isTimed else { continue }
                        isTimed = true
                        let changed = self.changed
                        group.addTask {
                            try? await Task.sleep(for: farewell)
                            changed.finish()
                            return status
                        }
                    }
                }
                return await group.next() ?? nil
            }
        }
    }

    /// - Returns: The result of sending, and the place of the last message; nil when the client has lost the room.
    private func talk(_ client: ChatClient) async throws -> (ExitStatus, LogPosition?)? {
        guard let room = self.rooms.first else { return (.success, nil) }
        return try await unlessLost(room, client) { try await self.talk(in: room, client) }
    }

    private func talk(in room: RoomName, _ client: ChatClient) async throws -> (ExitStatus, LogPosition?) {
        let input = StandardInput()
        var splitter = LineSplitter()
        var status = ExitStatus.success
        var last: LogPosition?
        for old in self.kept.expired {
            Output.notice(Phrase.outboxExpired(["room": old.room.rawValue, "text": old.text]))
            status = .partial
        }
        for old in self.kept.sends {
            do throws(ClientError) {
                if !self.rooms.contains(old.room) { await client.enter(old.room) }
                let receipt = try await client.resend(old).receipt()
                if old.room == room { last = receipt.position }
            } catch {
                guard error.code == .refused else { throw error }
                if await client.isIn(old.room) { Output.notice(Words.of(error)) }
                status = .partial
            }
        }
        func send(_ line: String) async throws(ClientError) {
            guard !line.allSatisfy(\.isWhitespace) else { return }
            do throws(ClientError) { last = try await client.send(room, line).position } catch {
                guard error.code == .refused, await client.isIn(room) else { throw error }
                Output.notice(Words.of(error))
                status = .partial
            }
        }
        while case .bytes(let bytes) = await input.read() {
            for line in splitter.feed(bytes) { try await send(line) }
        }
        if let line = splitter.finish() { try await send(line) }
        return (status, last)
    }

    /// - Returns: nil when nothing more comes: the client has the reason.
    private func print(_ client: ChatClient, _ watch: Watch) async -> ExitStatus? {
        let formatter = MessageFormatter(palette: self.palette, showsTime: false, showsRoom: self.rooms.count > 1)
        let printer = MessagePrinter(style: .people(formatter))
        var troubles = Troubles()
        var rooms = LostRooms(self.rooms, needed: self.rooms.first)
        for await event in client.events {
            if let trouble = troubles.news(event) { Output.notice(trouble) }
            if let status = rooms.end(after: event) { return status }
            switch event {
            case .joined(let room): watch.update { $0.joined(room.room, replay: room.replay) }
            case .received(.message(let message)):
                guard await printer.print(message) else { return .success }
                watch.update { $0.printed(message.room, message.position) }
            case .connection, .withoutWebSocket, .refused, .held, .objected, .tokenNotRenewed, .members, .received:
                break
            }
        }
        return nil
    }
}
