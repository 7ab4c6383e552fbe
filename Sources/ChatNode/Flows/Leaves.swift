import ChatCore

/// A client leaves a room by a command.
final class Leaves {
    private let departures: Departures
    private let answers: Answers
    private let loop: DeferredWork

    init(_ base: LoopBase, _ departures: Departures, _ answers: Answers) {
        self.loop = base.loop
        (self.departures, self.answers) = (departures, answers)
    }

    /// The answer waits until the broker knows that the user is no member any more.
    func leave(_ client: Client, _ name: RoomName, id: Int?) {
        guard let membership = client.membership(in: name), let user = client.user else { return }
        guard self.departures.drop(membership, of: user.id) else {
            return self.answers.reply(.left(name), id: id, to: client)
        }
        self.loop.start(for: client) {
            await self.departures.depart(user.id, from: membership.room)
            self.answers.reply(.left(name), id: id, to: client)
        }
    }
}
