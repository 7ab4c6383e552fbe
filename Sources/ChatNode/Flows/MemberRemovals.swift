import ChatCore

/// Takes clients out of rooms against their will: by a moderator's ruling, or because a token does not allow the room.
final class MemberRemovals {
    private let departures: Departures
    private let endings: Endings
    private let answers: Answers
    private let heldCommands: HeldCommandsReturn
    private let loop: DeferredWork

    init(
        _ base: LoopBase,
        _ departures: Departures,
        _ endings: Endings,
        _ answers: Answers,
        _ heldCommands: HeldCommandsReturn
    ) {
        self.loop = base.loop
        (self.departures, self.endings, self.answers, self.heldCommands) = (departures, endings, answers, heldCommands)
    }

    /// A moderator takes a member out of a room.
    func remove(_ membership: Membership, _ error: ProtocolError) {
        membership.remove(error)
        let removal = Removal(
            room: membership.room.name,
            code: error.code,
            message: error.message,
            until: error.until,
            reason: error.reason
        )
        self.remove(membership.client, removal)
    }

    /// Takes a client out of a room, and tells it why.
    func remove(_ client: Client, _ removal: Removal) {
        guard let membership = client.membership(in: removal.room) else { return }
        guard !client.isListener else { return self.endings.takeOut(listener: client, removal) }
        if membership.isAnswered {
            self.takeOut(membership)
        } else {
            self.departures.expel(membership)
        }
        self.answers.send(Event.removed(removal).encoded(), to: client)
        self.heldCommands.release(client.session.expelled(removal.room), for: client)
    }

    private func takeOut(_ membership: Membership) {
        guard let user = membership.client.user, self.departures.drop(membership, of: user.id) else { return }
        self.loop.start { await self.departures.depart(user.id, from: membership.room) }
    }
}
