import ChatCore
import NIOCore

/// What clients ask of a room, and that they are typing there.
final class Questions {
    /// The most times that a page of the past is read while messages of the room are deleted.
    private static let pastAttempts = 8

    private let rooms: RoomTable
    private let rulings: RulingDesk
    private let costs: CostGuard
    private let presence: any PresenceRegistry
    private let memberLists: SharedPages<MemberListKey, MemberPage>
    private let histories: SharedPages<HistoryKey, LogPage>
    private let answers: Answers
    private let state: LoopState
    private let loop: DeferredWork

    init(_ base: LoopBase, _ answers: Answers) {
        (self.rooms, self.rulings, self.costs) = (base.rooms, base.node.rulings, base.node.costs)
        (self.presence, self.memberLists) = (base.node.presence, base.node.memberLists)
        (self.histories, self.state, self.loop) = (base.node.histories, base.state, base.loop)
        self.answers = answers
    }

    // MARK: Pages

    /// Answers a page of a room's members.
    func members(_ client: Client, _ members: Command.Members, id: Int?) async {
        let room = members.room
        if let error = self.refusal(ofReading: room, .presence, by: client)
            ?? self.costs.checkPast(client.address?.block, now: .now)
        {
            return self.answers.refuse(error, id: id, room: room, to: client)
        }
        do {
            let key = MemberListKey(room: room, cursor: members.cursor, limit: self.state.limits.members)
            let page = try await self.memberLists.page(key)
            // The client may not read it any more.
            if let error = self.refusal(ofReading: room, .presence, by: client) {
                return self.answers.refuse(error, id: id, room: room, to: client)
            }
            self.costs.chargePast(
                client.address?.block,
                page.members.count * CostGuard.bytesPerMember,
                now: .now
            )
            self.answers.reply(.members(room, page), id: id, to: client)
        } catch {
            self.answers.refuse(error.protocolError, id: id, room: room, to: client)
        }
    }

    /// Answers a page of a room's past.
    func history(_ client: Client, _ history: Command.History, id: Int?) async {
        let room = history.room
        if let error = self.refusal(ofReading: room, .history, by: client)
            ?? self.costs.checkPast(client.address?.block, now: .now)
        {
            return self.answers.refuse(error, id: id, room: room, to: client)
        }
        let limit = min(history.limit ?? self.state.limits.history, self.state.limits.history)
        do {
            var page = try await self.pastPage(HistoryKey(room: room, before: history.before, limit: limit))
            if let error = self.refusal(ofReading: room, .history, by: client) {
                return self.answers.refuse(error, id: id, room: room, to: client)
            }
            if let epoch = history.epoch, epoch != page.epoch { page.publications = [] }
            let bytes = page.publications.reduce(0) { $0 + $1.payload.readableBytes }
            self.costs.chargePast(client.address?.block, bytes, now: .now)
            self.answers.reply(.history(room, page), id: id, to: client)
        } catch {
            self.answers.refuse(error.protocolError, id: id, room: room, to: client)
        }
    }

    /// A page of a room's past, without what was deleted by now.
    ///
    /// A client that was told of a deletion while the page was read would keep the text that the page still has.
    private func pastPage(_ key: HistoryKey) async throws(BrokerError) -> LogPage {
        for _ in 0..<Self.pastAttempts {
            let deletions = self.rooms[key.room]?.deletionCount
            let page = try await self.histories.page(key)
            if self.rooms[key.room]?.deletionCount == deletions { return page }
        }
        throw BrokerError(.overloaded, "messages of the room are being deleted, try again")
    }

    /// The error for a client that may not read something of a room; nil for one that may.
    private func refusal(ofReading room: RoomName, _ right: RoomRights, by client: Client) -> ProtocolError? {
        guard client.session.access.rights(in: room).isSuperset(of: right) else { return right.refusal(in: room) }
        return self.rulings.refusal(ofReading: room, by: client.visitor)
    }

    // MARK: Typing

    /// A client is typing in a room, or has stopped.
    func type(_ client: Client, _ typing: Command.Typing, id: Int?) {
        guard let user = client.user else { return }
        if client.isMutedSomewhere, let error = self.rulings.muteRefusal(of: client.visitor, in: typing.room) {
            return self.answers.refuse(error, id: id, room: typing.room, to: client)
        }
        if let error = self.costs.typing.take(client.address?.block, now: .now) {
            return self.answers.refuse(error, id: id, room: typing.room, to: client)
        }
        if self.rooms[typing.room]?.presence.crowd.isLarge == false {
            self.loop.start { await self.presence.signalTyping(typing.room, user, active: typing.isActive) }
        }
        self.answers.reply(.typing(typing.room), id: id, to: client)
    }
}
