import ChatCore
import ChatIdentity
import ChatSystem
import NIOCore

/// What clients may do: how a token becomes that, when its time is over, and what happens when there is another.
final class Tokens {
    private let authorizer: Authorizer
    private let rulings: RulingDesk
    private let answers: Answers
    private let broadcasts: Broadcasts
    private let endings: Endings
    private let removals: MemberRemovals
    private let names: Names
    private let timers: LoopTimers

    init(
        _ base: LoopBase,
        answers: Answers,
        broadcasts: Broadcasts,
        endings: Endings,
        removals: MemberRemovals,
        names: Names
    ) {
        (self.authorizer, self.rulings, self.timers) = (base.node.authorizer, base.node.rulings, base.timers)
        (self.answers, self.broadcasts, self.endings, self.removals) = (answers, broadcasts, endings, removals)
        self.names = names
    }

    // MARK: Taking them

    /// What a `hello` may do.
    ///
    /// - Throws: ``TokenRefusal`` where a token is needed and this one is not taken.
    func access(of hello: Command.Hello) async throws(TokenRefusal) -> Access {
        guard self.authorizer.asksForTokens else { return .open }
        return .granted(try await self.authorizer.grant(hello.token ?? "", now: WallClock.now))
    }

    /// A token was not taken at the `hello`.
    func turnAway(_ client: Client, _ refusal: TokenRefusal) {
        let isTemporary = refusal == .keysUnavailable
        self.endings.close(
            client,
            refusal.disconnect,
            reconnectMilliseconds: isTemporary ? .random(in: 2000...8000) : nil
        )
    }

    /// A client goes on with another token; of several at once, the one that came last and was taken is in force.
    func refresh(_ client: Client, _ token: String, id: Int?) async {
        let turn = client.refreshes.begin()
        do throws(TokenRefusal) {
            let grant = try await self.authorizer.grant(token, now: WallClock.now)
            guard !client.isClosed else { return }
            guard !self.rulings.isRevoked(grant), !Self.isOver(grant) else { throw .expired }
            guard grant.user == client.user?.id else {
                let error = ProtocolError(.forbidden, "the token is of another user")
                return self.answers.refuse(error, id: id, to: client)
            }
            guard case .apply = client.refreshes.take(turn) else {
                let error = ProtocolError(.forbidden, "the token of a later refresh is in force")
                return self.answers.refuse(error, id: id, to: client)
            }
            self.renew(client, grant)
            await self.names.take(grant.name, of: client) { client.refreshes.isInForce(turn) }
            // A later one may have been taken meanwhile.
            let expiry = client.session.access.grant?.expiry ?? grant.expiry
            self.answers.reply(.refreshed(tokenSeconds: Self.seconds(until: expiry)), id: id, to: client)
        } catch {
            self.answers.refuse(error.error, id: id, to: client)
        }
    }

    private func renew(_ client: Client, _ grant: Grant) {
        for room in client.session.renewed(grant) {
            let message = "your token does not allow \(room) any more"
            self.removals.remove(client, Removal(room: room, code: .forbidden, message: message))
        }
        for membership in client.memberships {
            let room = membership.room
            let hears = grant.rights(in: room.name).contains(.presence)
            guard hears != membership.hearsPresence else { continue }
            // What is gathered was gathered for members of its kind.
            self.broadcasts.sendNow(room)
            room.change(membership, hearsPresence: hears)
        }
        self.watchExpiry(of: client, grant)
    }

    // MARK: Time

    /// The seconds that a token is still good.
    static func seconds(until expiry: Int) -> Int { max(0, (expiry - WallClock.now()) / 1000) }

    /// Whether the time of a token is over.
    static func isOver(_ grant: Grant) -> Bool { grant.expiry <= WallClock.now() }

    /// From now on the connection ends when the token's time is over.
    func watchExpiry(of client: Client, _ grant: Grant) {
        let check = client.expiry.begin(expiry: grant.expiry, now: WallClock.now())
        self.timers.schedule(.expiry(client.id, check.round), after: check.delay)
    }

    /// Closes a connection whose token's time is over.
    func checkExpiry(of client: Client, _ round: UInt32) {
        guard let grant = client.session.access.grant else { return }
        switch client.expiry.check(round, expiry: grant.expiry, now: WallClock.now()) {
        case .ignore: break
        case .wait(let check): self.timers.schedule(.expiry(client.id, check.round), after: check.delay)
        case .expired: self.endings.close(client, .tokenExpired)
        }
    }

    /// Closes a connection that has not brought a token.
    func checkHello(of client: Client) {
        guard client.session.isNew else { return }
        self.endings.close(client, .helloMissing)
    }
}
