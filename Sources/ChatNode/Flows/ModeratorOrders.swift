import ChatCore

/// What moderators of a room ask for by commands.
final class ModeratorOrders {
    private let rulings: RulingDesk
    private let answers: Answers
    private let loop: DeferredWork

    init(_ base: LoopBase, _ answers: Answers) {
        (self.rulings, self.loop) = (base.node.rulings, base.loop)
        self.answers = answers
    }

    /// A moderator of a room wants a message deleted.
    func delete(_ client: Client, _ delete: Command.Delete, id: Int?) {
        guard let user = client.user else { return }
        self.loop.start(for: client) {
            do throws(BrokerError) {
                let receipt = try await self.rulings.delete(
                    delete.deletion(by: user),
                    reason: delete.reason,
                    by: "\(user.name) (\(user.id))"
                )
                if let receipt { return self.answers.reply(.sent(delete.room, receipt), id: id, to: client) }
                self.answers.refuse(.noSuchMessage(delete.seq, in: delete.room), id: id, room: delete.room, to: client)
            } catch {
                self.answers.refuse(error.protocolError, id: id, room: delete.room, to: client)
            }
        }
    }

    /// A moderator of a room asks for something.
    func moderate(_ client: Client, _ order: Order, id: Int?) {
        guard let user = client.user else { return }
        self.loop.start(for: client) {
            do throws(BrokerError) {
                let ruling = try await self.rulings.carryOut(order, by: "\(user.name) (\(user.id))")
                self.answers.reply(.moderated(order, until: ruling?.expiresAt), id: id, to: client)
            } catch {
                self.answers.refuse(error.protocolError, id: id, room: order.room, to: client)
            }
        }
    }
}
