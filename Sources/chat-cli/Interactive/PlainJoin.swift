internal import ChatClient
internal import ChatCore

/// `join` without a terminal: lines in, messages out.
struct PlainJoin: Sendable {
    /// How long the program waits, at its end, for what it sent to come back and be printed.
    private static let farewell: Duration = .seconds(2)

    var rooms: [RoomName]
    var history: Int
    var palette: Palette
    /// What the outbox kept from an earlier run; it is sent first.
    var kept = OutboxContents()

    /// How one of the tasks ended.
    private enum Outcome: Sendable {
        /// All rooms are joined.
        case joined
        /// Everything sent is stored, the last one there.
        case sent(ExitStatus, LogPosition?)
        case ended(ExitStatus)
        case nothing
    }

    /// Works until the input ends and everything sent is stored, or until nobody reads the output.
    func run(_ client: ChatClient) async throws -> ExitStatus {
        let (printed, sink) = AsyncStream.makeStream(of: LogPosition.self, bufferingPolicy: .bufferingNewest(1))
        let start: ReplayStart = self.history > 0 ? .last(self.history) : .live
        for room in self.rooms { await client.enter(room, from: start) }
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask { await self.print(client, sink) }
            group.addTask {
                // Rooms are entered already: what is sent does not wait for this, and is kept where there is an outbox.
                for room in self.rooms { try await client.join(room) }
                return .joined
            }
            group.addTask { try await self.talk(client) }
            group.addTask { await Output.isAbandoned() ? .ended(.success) : .nothing }
            defer { group.cancelAll() }
            var isJoined = false
            var sent: (status: ExitStatus, last: LogPosition?)?
            while let outcome = try await group.next() {
                switch outcome {
                case .nothing: continue
                case .ended(let status): return status
                case .joined: isJoined = true
                case .sent(let status, let last): sent = (status, last)
                }
                guard isJoined, let (status, last) = sent else { continue }
                guard let last else { return status }
                group.addTask {
                    for await position in printed where position.epoch != last.epoch || position.seq >= last.seq {
                        break
                    }
                    return .ended(status)
                }
                group.addTask {
                    try? await Task.sleep(for: Self.farewell)
                    return .ended(status)
                }
            }
            return .success
        }
    }

    private func talk(_ client: ChatClient) async throws -> Outcome {
        guard let room = self.rooms.first else { return .nothing }
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
                Output.notice(error.message)
                status = .partial
            }
        }
        func send(_ line: String) async throws(ClientError) {
            guard !line.allSatisfy(\.isWhitespace) else { return }
            do throws(ClientError) { last = try await client.send(room, line).position } catch {
                guard error.code == .refused else { throw error }
                Output.notice(error.message)
                status = .partial
            }
        }
        while case .bytes(let bytes) = await input.read() {
            for line in splitter.feed(bytes) { try await send(line) }
        }
        if let line = splitter.finish() { try await send(line) }
        return .sent(status, last)
    }

    private func print(_ client: ChatClient, _ printed: AsyncStream<LogPosition>.Continuation) async -> Outcome {
        let formatter = MessageFormatter(palette: self.palette, showsTime: false, showsRoom: self.rooms.count > 1)
        let printer = MessagePrinter(style: .people(formatter))
        for await event in client.events {
            if let trouble = Notices.trouble(event) { Output.notice(trouble) }
            guard case .received(.message(let message)) = event else { continue }
            guard printer.print(message) else { return .ended(.success) }
            if message.room == self.rooms.first, let position = message.position { printed.yield(position) }
        }
        return .nothing
    }
}
