package import ChatClient
package import ChatCore
package import ChatSystem
internal import ChatWords
internal import Glibc

/// Prints messages for as long as there is a reader.
package struct TailRun: Sendable {
    package var rooms: [RoomName]
    package var history: Int
    /// The milliseconds of the past that come first.
    package var since: Int?
    /// The number of messages after which the run ends; nil: no bound.
    package var count: Int?
    /// Whether it goes on after the past.
    package var follows: Bool
    package var printer: MessagePrinter
    package var positions: TailStateFile?

    package init(
        rooms: [RoomName],
        history: Int,
        since: Int? = nil,
        count: Int? = nil,
        follows: Bool,
        printer: MessagePrinter,
        positions: TailStateFile? = nil
    ) {
        self.rooms = rooms
        self.history = history
        self.since = since
        self.count = count
        self.follows = follows
        self.printer = printer
        self.positions = positions
    }

    package func run(_ client: ChatClient) async throws -> ExitStatus {
        do {
            let status = try await self.follow(client)
            try await self.positions?.save()
            return status
        } catch {
            // However it ends, printed messages must not be printed again.
            try await self.positions?.save()
            throw error
        }
    }

    private func follow(_ client: ChatClient) async throws -> ExitStatus {
        // Made before anything is printed: a reader that sees a message may end the program at once.
        let signals = Signals([SIGINT, SIGTERM, SIGHUP])
        defer { withExtendedLifetime(signals) {} }
        let stream = signals.stream
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            for room in self.rooms {
                group.addTask {
                    let start = try await self.start(room, client)
                    _ = try await unlessLost(room, client) { try await client.join(room, from: start) }
                    return nil
                }
            }
            group.addTask { await self.print(client) }
            group.addTask { await Output.isAbandoned() ? .success : nil }
            group.addTask { await Self.end(by: stream) }
            if let positions {
                group.addTask {
                    try await positions.keepSaving()
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let status = try await group.next() { if let status { return status } }
            return .success
        }
    }

    /// The place at which printing begins: the end of the last run, or as far back as the user wants.
    private func start(_ room: RoomName, _ client: ChatClient) async throws -> JoinStart {
        if let position = await self.positions?[room] { return .after(position) }
        if let since { return try await Self.start(room, client, since: since) }
        return self.history > 0 ? .last(self.history) : .live
    }

    /// Finds the last message that is older, page after page from the newest back: later messages are printed.
    private static func start(_ room: RoomName, _ client: ChatClient, since: Int) async throws -> JoinStart {
        let cutoff = try await client.ping() - since
        var (older, oldest): (LogPosition?, LogPosition?)
        try await PastPages(of: room, client).read { messages in
            older = messages.last { $0.time < cutoff }?.position
            oldest = messages.first?.position ?? oldest
            return older == nil
        }
        if let older { return .after(older) }
        // In a log that was empty, everything is new, including later messages.
        guard let oldest else { return .last(100) }
        return .after(LogPosition(epoch: oldest.epoch, seq: oldest.seq - 1))
    }

    /// Prints new messages.
    ///
    /// - Returns: nil when nothing more comes: the client has the reason.
    private func print(_ client: ChatClient) async -> ExitStatus? {
        var wanted = self.count
        var rooms = LostRooms(self.rooms)
        var backlog = Backlog(self.rooms)
        var troubles = Troubles()
        for await event in client.events {
            if let trouble = troubles.news(event) { Output.notice(trouble) }
            if let status = rooms.end(after: event) { return status }
            switch event {
            case .joined(let room):
                backlog.joined(room.room, replay: room.replay)
                await self.positions?.begin(room)
            case .received(.message(let message)):
                guard await self.printer.print(message) else { return .success }
                if let position = message.position { await self.positions?.note(message.room, position) }
                backlog.printed(message.room)
                wanted = wanted.map { $0 - 1 }
                if wanted == 0 { return .success }
            case .received(.gap(let room, let epoch, from: _, let last)):
                await self.positions?.note(room, LogPosition(epoch: epoch, seq: last))
            case .received(.reset(let room, let head)):
                await self.positions?.note(room, LogPosition(epoch: head.epoch, seq: 0))
            case .connection, .withoutWebSocket, .refused, .held, .objected, .tokenNotRenewed, .members, .received:
                break
            }
            if !self.follows, backlog.isDone { return .success }
        }
        return nil
    }

    /// Waits for a signal that ends the program.
    private static func end(by signals: AsyncStream<Int32>) async -> ExitStatus? {
        for await number in signals { return ExitStatus(rawValue: 128 + number) ?? .interrupted }
        return nil
    }
}

extension TailStateFile {
    /// A room was joined: a first reading without any past begins at its head.
    package func begin(_ room: JoinedRoom) {
        if self[room.room] == nil, room.replay == 0 { self.note(room.room, room.head) }
    }
}
