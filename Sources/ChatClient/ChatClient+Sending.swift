public import ChatCore
internal import ChatSystem

/// Messages, from the text to the machine: each has a key, and with an outbox it is on the disk before it leaves.
extension ChatClient {
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

    // MARK: To the machine

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
