import ChatCore

/// A message of somebody without a connection: it has the limits and the rulings that a connection's have.
struct PostedMessage {
    let node: NodeContext
    var room: RoomName
    var text: MessageText
    var kind: MessageKind
    var key: IdempotencyKey?
    var sender: User
    /// Whose limits of messages it counts against.
    var payer: UserID
    /// Whom rulings may name.
    var visitor: Visitor
    var access: Access

    /// Stores and publishes it.
    ///
    /// - Returns: Its place.
    /// - Throws: ``ProtocolError`` when it is refused; ``BrokerError``.
    func publish() async throws -> Receipt {
        let block = self.visitor.address?.block
        let costs = self.node.costs
        let send = SendLimiter.Send(user: self.payer, address: block, room: self.room)
        if let error = costs.newRooms.check(block, now: .now) ?? costs.sends.take(send, now: .now) { throw error }
        if let error = self.refusal {
            costs.sends.giveBack(room: self.room, now: .now)
            throw error
        }
        let tail = PublicationCodec.tail(sender: self.sender, text: self.text.rawValue, kind: self.kind, key: self.key)
        let draft = Draft(room: self.room, sender: self.sender.id, key: self.key, tail: tail)
        guard let result = await self.node.messages.publish([draft]).first else {
            throw ProtocolError(.internal, "the broker gave no result")
        }
        if case .failure = result { self.node.rulings.pauses.giveBack(self.payer, in: self.room) }
        let receipt = try result.get()
        if !receipt.isDuplicate {
            self.node.postMetrics.didPublish()
            // The room may be a new one.
            if receipt.position.seq == 1 { costs.newRooms.charge(block, 1, now: .now) }
        }
        return receipt
    }

    /// What moderators have to say about it.
    private var refusal: ProtocolError? {
        self.node.rulings.refusal(
            of: self.text,
            by: self.visitor,
            payer: self.payer,
            in: self.room,
            mayModerate: self.access.rights(in: self.room).contains(.moderate)
        )
    }
}
