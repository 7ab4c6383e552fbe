import ChatCore
import ChatSystem
import NIOCore

// Whoever only listens to a room: a stream of its messages over HTTP, of which nobody in the room is told. It joins as
// members do, so that replays, bounds and rulings are theirs; it is an error in the answer's place until it has joined.
extension Shard {
    /// A request has become the stream of a listener.
    func listens(
        _ join: Command.Join,
        _ access: Access,
        from address: NetworkAddress?,
        _ port: OutboundPort,
        _ head: ByteBuffer
    ) -> ClientID {
        let client = self.clients.add {
            Client(
                id: $0,
                address: address,
                port: port,
                form: .events,
                audience: .listener(head: head),
                limits: self.limits,
                now: .now
            )
        }
        self.wheel.schedule(.liveness(client.id), after: self.commentInterval)
        guard !self.clients.isVacating else {
            self.drain([client])
            return client.id
        }
        // Nobody is told of it; rulings find it by its id, and a token's end finds it as well.
        let user = Self.listener(access)
        if let reason = self.exclusion(of: client, as: user, access) {
            self.close(client, reason)
            return client.id
        }
        self.clients.belongs(client, to: user)
        if let grant = access.grant { self.watchExpiry(of: client, grant) }
        _ = client.session.opened(user, access: access)
        self.perform(client.session.resume(CommandEnvelope(id: nil, .join(join))), for: client)
        return client.id
    }

    /// The user of a token, or one that nobody else is.
    private static func listener(_ access: Access) -> User {
        if let grant = access.grant { return User(id: grant.user, name: grant.name ?? .guest(grant.user)) }
        var generator = SystemRandom()
        let id = UserID(using: &generator)
        return User(id: id, name: .guest(id))
    }

    // MARK: The room

    /// A room is heard by somebody who is no member.
    func beginListening(in room: LocalRoom) {
        if room.listeners == 0 { self.node.occupancy.began(room.name) }
        room.listeners += 1
    }

    /// Somebody who was no member hears a room no longer.
    func stopListening(in room: LocalRoom) {
        room.listeners -= 1
        if room.listeners == 0 { self.node.occupancy.ended(room.name) }
        self.closeIfUnused(room)
    }

    // MARK: The stream

    /// A listener has joined: its stream begins.
    ///
    /// A reader that is cut off before the first message comes back with the place where it began. While messages are
    /// replayed, that is the place which it has asked for.
    func begin(listener client: Client, at announcement: CatchUp.Announcement) {
        guard case .listener(let head?) = client.audience else { return }
        client.audience = .listener(head: nil)
        var first = head
        if announcement.replay == 0 { first.writeImmutableBuffer(EventEncoder.place(announcement.head)) }
        self.writeFirst(first, to: client)
    }

    /// A listener's join was refused: the error is the answer, unless the stream has begun, which has none.
    func turnAway(listener client: Client, _ error: ProtocolError) {
        guard case .listener(_?) = client.audience else { return }
        self.end(client, with: APIError(error).lastAnswer(at: WallClock.now()))
    }

    /// A listener is taken out of its room.
    func end(listener client: Client, _ removal: Removal) {
        guard case .listener(nil) = client.audience else {
            return self.turnAway(listener: client, ProtocolError(removal.code, removal.message))
        }
        self.metrics.didSend()
        self.end(client, with: EventEncoder.event(Event.removed(removal).encoded()))
    }
}
