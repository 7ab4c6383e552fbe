import ChatCore
import ChatIdentity
import ChatSystem
import NIOCore

// What clients may do: how a token becomes that, when its time is over, and what happens when there is another.
extension Shard {
    // MARK: Tokens

    /// What a `hello` may do.
    ///
    /// - Throws: ``TokenRefusal`` where a token is needed and this one is not taken.
    func access(of hello: Command.Hello) async throws(TokenRefusal) -> Access {
        guard self.node.authorizer.asksForTokens else { return .open }
        return .granted(try await self.node.authorizer.grant(hello.token ?? "", now: WallClock.now))
    }

    /// A token was not taken at the `hello`.
    func turnAway(_ client: Client, _ refusal: TokenRefusal) {
        let isTemporary = refusal == .keysUnavailable
        self.close(client, refusal.disconnect, reconnectMilliseconds: isTemporary ? .random(in: 2000...8000) : nil)
    }

    /// A client goes on with another token; of several at once, the one that came last and was taken is in force.
    func refresh(_ client: Client, _ token: String, id: Int?) async {
        let turn = client.refreshes.begin()
        do throws(TokenRefusal) {
            let grant = try await self.node.authorizer.grant(token, now: WallClock.now)
            guard !client.isClosed else { return }
            guard !self.node.rulings.isRevoked(grant), !Self.isOver(grant) else { throw .expired }
            guard grant.user == client.session.user?.id else {
                let error = ProtocolError(.forbidden, "the token is of another user")
                return self.refuse(error, id: id, to: client)
            }
            guard case .apply = client.refreshes.take(turn) else {
                let error = ProtocolError(.forbidden, "the token of a later refresh is in force")
                return self.refuse(error, id: id, to: client)
            }
            self.renew(client, grant)
            await self.takeName(of: grant, for: client, turn)
            // A later one may have been taken meanwhile.
            let expiry = client.session.access.grant?.expiry ?? grant.expiry
            self.reply(.refreshed(tokenSeconds: Self.seconds(until: expiry)), id: id, to: client)
        } catch {
            self.refuse(error.error, id: id, to: client)
        }
    }

    /// A token has another name than the one before.
    ///
    /// When the broker cannot be told, or there were too many new names lately, the next `hello` tells it.
    private func takeName(of grant: Grant, for client: Client, _ turn: RefreshOrder.Turn) async {
        guard let name = grant.name, name != client.session.user?.name, let hash = client.keptSession.hash else {
            return
        }
        guard self.node.rulings.refusal(of: name, for: grant.user) == nil else { return }
        guard self.node.costs.renames.take(grant.user, client.address?.block, now: .now) == nil else { return }
        let user = User(id: grant.user, name: name)
        guard (try? await self.sessions.rename(user, session: hash)) != nil, client.refreshes.isInForce(turn) else {
            return
        }
        client.session.renamed(user)
        self.judgeNewName(of: client)
    }

    private func renew(_ client: Client, _ grant: Grant) {
        for room in client.session.renewed(grant) {
            let message = "your token does not allow \(room) any more"
            self.remove(client, Removal(room: room, code: .forbidden, message: message))
        }
        for membership in client.memberships {
            let room = membership.room
            let hears = grant.rights(in: room.name).contains(.presence)
            guard hears != membership.hearsPresence else { continue }
            // What is gathered was gathered for members of its kind.
            self.broadcastNow(room)
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
        self.wheel.schedule(.expiry(client.id, check.round), after: check.delay)
    }

    /// Closes a connection whose token's time is over.
    func checkExpiry(_ id: ClientID, _ round: UInt32) {
        guard let client = self.clients[id], !client.isClosed, let grant = client.session.access.grant else { return }
        switch client.expiry.check(round, expiry: grant.expiry, now: WallClock.now()) {
        case .ignore: break
        case .wait(let check): self.wheel.schedule(.expiry(id, check.round), after: check.delay)
        case .expired: self.close(client, .tokenExpired)
        }
    }

    /// Closes a connection that has not brought a token.
    func checkHello(_ id: ClientID) {
        guard let client = self.clients[id], !client.isClosed, client.session.isNew else { return }
        self.close(client, .helloMissing)
    }

    // MARK: Removing

    /// Takes a client out of a room, and tells it why.
    func remove(_ client: Client, _ removal: Removal) {
        guard let membership = client.membership(in: removal.room) else { return }
        guard !client.isListener else { return self.end(listener: client, removal) }
        if membership.isAnswered {
            self.takeOut(membership)
        } else {
            self.expel(membership)
        }
        self.send(Event.removed(removal).encoded(), to: client)
        self.resume(client.session.expelled(removal.room), for: client)
    }

    private func takeOut(_ membership: Membership) {
        guard let user = membership.client.session.user, self.drop(membership, of: user.id) else { return }
        self.spawn { await self.depart(user.id, from: membership.room) }
    }
}
