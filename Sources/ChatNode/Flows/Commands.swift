import ChatCore
import ChatSystem

/// Commands become decisions of the session, and each decision is carried out by the flow that begins there.
final class Commands: CommandExecutor {
    private let openings: Openings
    private let joins: Joins
    private let leaves: Leaves
    private let sends: Sends
    private let questions: Questions
    private let names: Names
    private let tokens: Tokens
    private let orders: ModeratorOrders
    private let answers: Answers
    private let endings: Endings
    private let held: HeldBytes
    private let metrics: ShardMetrics
    private let loop: DeferredWork

    init(
        _ base: LoopBase,
        openings: Openings,
        joins: Joins,
        leaves: Leaves,
        sends: Sends,
        questions: Questions,
        names: Names,
        tokens: Tokens,
        orders: ModeratorOrders,
        answers: Answers,
        endings: Endings,
        held: HeldBytes
    ) {
        (self.metrics, self.loop) = (base.metrics, base.loop)
        (self.openings, self.joins, self.leaves, self.sends) = (openings, joins, leaves, sends)
        (self.questions, self.names, self.tokens, self.orders) = (questions, names, tokens, orders)
        (self.answers, self.endings, self.held) = (answers, endings, held)
    }

    /// Carries out what the session decided.
    func perform(_ action: CommandMachine.OnCommand, for client: Client) {
        // A client's earlier sends go before its next command.
        if case .send = action {} else { self.sends.publish() }
        self.metrics.commands.count(action)
        switch action {
        case .open(let hello, let id):
            self.loop.start(for: client) { await self.openings.open(client, hello, id: id) }
        case .join(let join, let id, let isMember): self.joins.join(client, join, id: id, isMember: isMember)
        case .leave(let leave, let id): self.leaves.leave(client, leave.room, id: id)
        case .send(let send, let id): self.sends.send(client, send, id: id)
        case .typing(let typing, let id): self.questions.type(client, typing, id: id)
        case .members(let members, let id):
            self.loop.start(for: client) { await self.questions.members(client, members, id: id) }
        case .history(let history, let id):
            self.loop.start(for: client) { await self.questions.history(client, history, id: id) }
        case .rename(let rename, let id):
            self.loop.start(for: client) { await self.names.rename(client, rename.name, id: id) }
        case .refresh(let refresh, let id):
            self.loop.start(for: client) { await self.tokens.refresh(client, refresh.token, id: id) }
        case .delete(let delete, let id): self.orders.delete(client, delete, id: id)
        case .moderate(let order, let id): self.orders.moderate(client, order, id: id)
        case .pong(let id): self.answers.reply(.pong(time: WallClock.now()), id: id, to: client)
        case .refuse(let refusal): self.answers.tell(refusal, to: client)
        case .disconnect(let disconnect): self.endings.close(client, disconnect)
        case .wait: break
        }
    }

    /// A client has come with commands in its address.
    func obey(_ shorthand: ShorthandURL, of client: Client) {
        client.session.chargeShorthand(shorthand.commands.count, now: .now)
        for refusal in shorthand.refusals { self.answers.tell(refusal, to: client) }
        for command in shorthand.commands { self.perform(client.session.resume(command), for: client) }
    }

    func release(_ commands: [CommandEnvelope], for client: Client) {
        self.resumeJoins(of: client)
        for command in commands where !client.isClosed { self.perform(client.session.resume(command), for: client) }
        self.resumeJoins(of: client)
        if client.heldBytes > 0 { self.held.account(for: client) }
    }

    private func resumeJoins(of client: Client) {
        while !client.isClosed, let join = client.session.takeJoin() {
            self.perform(client.session.resume(join), for: client)
        }
    }
}
