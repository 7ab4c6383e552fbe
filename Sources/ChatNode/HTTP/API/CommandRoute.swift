import ChatCore
import ChatSystem
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /api/commands`: the commands of a client whose events come as a stream, at any node.
///
/// The bearer says whose they are, so that no node has to know the stream. What a connection alone can do is in the
/// stream's address: the user, the rooms, and leaving them.
struct CommandRoute {
    let node: NodeContext

    /// Who commands.
    private struct Commander {
        var user: User
        var session: String
        var access: Access
        var address: NetworkAddress?

        var visitor: Visitor { Visitor(user: self.user.id, address: self.address) }
    }

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("commands", [.post: { request, context in try await self.respond(to: request, context) }])
    }

    private func respond(to request: Request, _ context: ChatRequestContext) async throws -> Response {
        let access = try await RequestAccess(node: self.node).access(of: request)
        try request.requireBody(of: "application/json")
        var request = request
        let body = try await request.collectBody(upTo: self.node.limits.messageBytes)
        let envelope: CommandEnvelope
        do throws(CommandRefusal) {
            envelope = try CommandEnvelope(decoding: body, limits: self.node.limits)
        } catch { throw error.error }
        let command = envelope.command
        if let room = command.room { try access.require(command.needs, in: room) }
        try await self.node.rulings.ready()
        let known = try await RequestUser(of: request, access, node: self.node)
        let commander = Commander(
            user: known.user,
            session: known.session,
            access: access,
            address: context.address
        )
        if let ban = self.node.rulings.ban(of: commander.visitor) {
            throw ProtocolError.banned(ban, now: WallClock.now())
        }
        // As a connection's: whoever is muted may be so at an address of which nobody knew.
        if let address = context.address { await self.node.rulings.extendAll(of: known.user.id, to: address) }
        return .json(try await self.obey(command, of: commander).encoded(id: envelope.id ?? 0))
    }

    private func obey(_ command: Command, of commander: Commander) async throws -> Reply {
        switch command {
        case .hello, .join, .leave, .refresh:
            throw ProtocolError.badCommand("a stream has its user and its rooms in its address: open another one")
        case .send(let send): return .sent(send.room, try await self.send(send, commander))
        case .typing(let typing): return try await self.type(typing, commander)
        case .members(let members): return try await self.members(members, commander)
        case .history(let history): return try await self.history(history, commander)
        case .rename(let rename): return try await self.rename(rename.name, commander)
        case .ping: return .pong(time: WallClock.now())
        case .delete(let delete): return try await self.delete(delete, commander)
        case .kick, .mute, .unmute, .ban, .unban, .clear, .close, .open, .slow:
            guard let order = command.order else { throw ProtocolError.badCommand("this command orders nothing") }
            let ruling = try await self.node.rulings.carryOut(order, by: Self.issuer(commander))
            return .moderated(order, until: ruling?.expiresAt)
        }
    }

    // MARK: Talking

    private func send(_ send: Command.Send, _ commander: Commander) async throws -> Receipt {
        try await PostedMessage(
            node: self.node,
            room: send.room,
            text: send.text,
            kind: send.kind,
            key: send.key,
            sender: commander.user,
            payer: commander.user.id,
            visitor: commander.visitor,
            access: commander.access
        ).publish()
    }

    private func type(_ typing: Command.Typing, _ commander: Commander) async throws -> Reply {
        let (rulings, visitor) = (self.node.rulings, commander.visitor)
        let refusal =
            rulings.refusal(of: visitor, in: typing.room) ?? rulings.muteRefusal(of: visitor, in: typing.room)
            ?? self.node.costs.typing.take(commander.address?.block, now: .now)
        if let refusal { throw refusal }
        await self.node.presence.signalTyping(typing.room, commander.user, active: typing.isActive)
        return .typing(typing.room)
    }

    private func rename(_ name: UserName, _ commander: Commander) async throws -> Reply {
        guard commander.access.grant?.name == nil else { throw ProtocolError.nameOfToken }
        let refusal =
            self.node.rulings.refusal(of: name, for: commander.user.id)
            ?? self.node.costs.renames.take(commander.user.id, commander.address?.block, now: .now)
        if let refusal { throw refusal }
        let user = User(id: commander.user.id, name: name)
        try await self.node.sessions.rename(user, session: commander.session)
        return .renamed(user)
    }

    // MARK: Reading

    private func members(_ members: Command.Members, _ commander: Commander) async throws -> Reply {
        try self.checkReading(members.room, commander)
        let key = MemberListKey(room: members.room, cursor: members.cursor, limit: self.node.limits.members)
        let page = try await self.node.memberLists.page(key)
        self.charge(page.members.count * CostGuard.bytesPerMember, commander)
        return .members(members.room, page)
    }

    private func history(_ history: Command.History, _ commander: Commander) async throws -> Reply {
        try self.checkReading(history.room, commander)
        let limit = min(history.limit ?? self.node.limits.history, self.node.limits.history)
        let key = HistoryKey(room: history.room, before: history.before, limit: limit)
        var page = try await self.node.histories.page(key)
        if let epoch = history.epoch, epoch != page.epoch { page.publications = [] }
        self.charge(page.publications.reduce(0) { $0 + $1.payload.readableBytes }, commander)
        return .history(history.room, page)
    }

    private func checkReading(_ room: RoomName, _ commander: Commander) throws {
        let refusal =
            self.node.rulings.refusal(ofReading: room, by: commander.visitor)
            ?? self.node.costs.checkPast(commander.address?.block, now: .now)
        if let refusal { throw refusal }
    }

    private func charge(_ bytes: Int, _ commander: Commander) {
        self.node.costs.chargePast(commander.address?.block, bytes, now: .now)
    }

    // MARK: Moderating

    private func delete(_ delete: Command.Delete, _ commander: Commander) async throws -> Reply {
        let receipt = try await self.node.rulings.delete(
            delete.deletion(by: commander.user),
            reason: delete.reason,
            by: Self.issuer(commander)
        )
        guard let receipt else { throw APIError(.notFound, .noSuchMessage(delete.seq, in: delete.room)) }
        return .sent(delete.room, receipt)
    }

    private static func issuer(_ commander: Commander) -> String { "\(commander.user.name) (\(commander.user.id))" }
}
