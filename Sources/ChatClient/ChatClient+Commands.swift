public import ChatCore
internal import ChatSystem

/// Commands may be given at any time.
///
/// Without a connection they wait for one, except ``typing(_:active:)``, which is lost then.
///
/// A command that waits for its answer throws ``ClientError``: `refused` with the server's answer, `closed` or
/// `disconnected` when there will be no answer, `overflow` when too many commands wait or when four times
/// ``Configuration/eventCapacity`` events wait for the program, `cancelled` when the waiting task was cancelled.
extension ChatClient {
    /// Joins a room, and stays in it over reconnects.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - start: The client's start in the room's log: with the next message, with the last ones, or after one that it
    ///     has. Later the client keeps its own position.
    /// - Returns: The room as the client found it.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func join(_ room: RoomName, from start: JoinStart = .live) async throws(ClientError) -> JoinedRoom {
        let answer = self.begin { $0.join(room, start, now: .now) }
        return JoinedRoom(try await answer.read { fields throws(JSONError) in try fields.joined() })
    }

    /// Joins a room as ``join(_:from:)`` does, but returns at once: the result comes as an event.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - start: The client's start in the room's log.
    public func enter(_ room: RoomName, from start: JoinStart = .live) {
        _ = self.begin { $0.join(room, start, now: .now) }
    }

    /// Whether the client is in a room, or on its way there.
    ///
    /// When the server refuses a room for good, or removes the client, this is false before anything that waited in the
    /// room fails; the event `refused` or `removed` says why.
    ///
    /// - Parameter room: The room.
    /// - Returns: False after ``leave(_:)``, too.
    public func isIn(_ room: RoomName) -> Bool { self.machine.rooms[room] != nil }

    /// Leaves a room; sends that wait there fail with `not_joined`.
    ///
    /// - Parameter room: The room; for a room that is not joined, nothing happens.
    /// - Throws: ``ClientError``.
    public func leave(_ room: RoomName) async throws(ClientError) {
        _ = try await self.begin { $0.leave(room, now: .now) }.outcome()
    }

    /// Sends a message to a joined room and waits until the server has stored it.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - text: The text of the message.
    ///   - kind: Whether it says or does something.
    /// - Returns: The place that the message got.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func send(
        _ room: RoomName,
        _ text: String,
        kind: MessageKind = .text
    ) async throws(ClientError) -> Receipt {
        try await self.enqueue(room, text, kind: kind).receipt()
    }

    /// Takes a message to be sent to a joined room, and returns at once.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - text: The text of the message.
    ///   - kind: Whether it says or does something.
    ///   - key: The idempotency key, for a program that remembers it to send the message again; nil: a new one.
    /// - Returns: The message on its way.
    /// - Throws: ``ClientError`` with the code `refused` when the text breaks the rules, `storage` when the outbox cannot
    ///   keep it. The message itself may still fail (``PendingSend/receipt()``).
    public func enqueue(
        _ room: RoomName,
        _ text: String,
        kind: MessageKind = .text,
        key: IdempotencyKey? = nil
    ) throws(ClientError) -> PendingSend {
        let send = try self.makeSend(room, text, kind, key)
        if let outbox, let key = send.key {
            let time = WallClock.now()
            try outbox.append(.init(room: room, text: send.text.rawValue, kind: kind, key: key, time: time))
        }
        return self.enqueue(send)
    }

    /// Takes a send that the outbox kept from an earlier run: it goes out with the key that it had.
    ///
    /// - Parameter kept: One of the ``OutboxContents/sends`` of the configuration's outbox; its room is joined before.
    /// - Returns: The message on its way.
    /// - Throws: ``ClientError`` with the code `refused` when the text breaks the rules; then it is not kept any
    ///   longer.
    public func resend(_ kept: KeptSend) throws(ClientError) -> PendingSend {
        do throws(ClientError) {
            return self.enqueue(try self.makeSend(kept.room, kept.text, kept.kind, kept.key))
        } catch {
            self.outbox?.remove(kept.key)
            throw error
        }
    }

    /// Reads messages of a room's past; the room need not be joined.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number before which they stand; nil: the newest.
    ///   - limit: The most messages to get, at most `limits.history` of the welcome; nil: as many as the server gives.
    /// - Returns: The messages, oldest first.
    /// - Throws: ``ClientError``.
    public func history(
        _ room: RoomName,
        before seq: Int? = nil,
        limit: Int? = nil
    ) async throws(ClientError) -> HistoryPage {
        let command = Command.history(.init(room: room, before: seq, limit: limit))
        return try await self.ask(command).read { fields throws(JSONError) in try fields.history() }
    }

    /// Reads the members of a room.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - cursor: The cursor of an earlier page; nil begins.
    /// - Returns: Some members; the last ones when it has no cursor.
    /// - Throws: ``ClientError``.
    public func members(_ room: RoomName, cursor: String? = nil) async throws(ClientError) -> MemberPage {
        let command = Command.members(.init(room: room, cursor: cursor))
        return try await self.ask(command).read { fields throws(JSONError) in try fields.members() }
    }

    /// Takes another name, on all connections of the user.
    ///
    /// - Parameter name: The name.
    /// - Returns: The user with the name that the server accepted.
    /// - Throws: ``ClientError``.
    @discardableResult
    public func rename(_ name: UserName) async throws(ClientError) -> User {
        try await self.ask(.rename(.init(name: name))).read { fields throws(JSONError) in try fields.renamed() }
    }

    /// Asks the server for the time.
    ///
    /// - Returns: The server's clock, in milliseconds since the Unix epoch.
    /// - Throws: ``ClientError``.
    public func ping() async throws(ClientError) -> Int {
        try await self.ask(.ping(.init())).read { fields throws(JSONError) in try fields.time() }
    }

    /// Tells a joined room that the user is typing or has stopped; it is lost when there is no connection.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - active: Whether the user types. Repeat it every 3 s; others forget it after 6 s.
    public func typing(_ room: RoomName, active: Bool) {
        self.performAtOnce(self.machine.typing(room, active: active))
    }
}

// MARK: - From a command to the machine

extension ChatClient {
    /// Gives the machine a command, and remembers the task that waits for the answer.
    ///
    /// - Parameters:
    ///   - command: The command for the machine.
    ///   - remember: Called with the command's id before anything is done.
    /// - Returns: The future answer.
    private func begin(
        _ command: (inout ClientMachine) -> ClientMachine.Taken,
        remember: (Int) -> Void = { _ in }
    ) -> Promised<ClientMachine.Answer> {
        let answer = Promised<ClientMachine.Answer>()
        if case .ended = self.state {
            answer.resolve(.failed(.closed))
            return answer
        }
        let taken = command(&self.machine)
        if self.buffer.isOverfull { answer.resolve(.failed(.unread)) } else { self.answers[taken.id] = answer }
        remember(taken.id)
        self.performAtOnce(taken.actions)
        return answer
    }

    /// Sends the server a request that is harmless when repeated.
    func ask(_ command: Command) -> Promised<ClientMachine.Answer> {
        self.begin { $0.request(command, now: .now) }
    }

    private func enqueue(_ send: Command.Send) -> PendingSend {
        let answer = self.begin { machine in
            machine.send(send, now: .now)
        } remember: { id in
            if self.outbox != nil { self.keptKeys[id] = send.key }
        }
        return PendingSend(room: send.room, answer: answer)
    }

    private func makeSend(
        _ room: RoomName,
        _ text: String,
        _ kind: MessageKind,
        _ key: IdempotencyKey?
    ) throws(ClientError) -> Command.Send {
        do throws(ProtocolError) {
            let limit = self.machine.welcome?.limits.textBytes ?? Limits().textBytes
            let text = try MessageText(text, maximumBytes: limit)
            let key = if let key { key } else { try self.makeKey() }
            return Command.Send(room: room, text: text, kind: kind, key: key)
        } catch {
            throw .refused(error)
        }
    }

    private func makeKey() throws(ProtocolError) -> IdempotencyKey {
        self.keysMade += 1
        return try IdempotencyKey("\(self.keyPrefix)-\(self.keysMade)")
    }
}
