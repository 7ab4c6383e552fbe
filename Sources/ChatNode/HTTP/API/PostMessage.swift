import ChatCore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /api/rooms/{room}/messages`: a send without a connection.
struct PostMessage {
    /// The owner of the keys of requests without a session.
    private static let anonymous = UserID("anonymous")

    let node: NodeContext
    let room: RoomName

    func respond(to request: Request, _ context: ChatRequestContext) async throws -> Response {
        let access = try await RequestAccess(node: self.node).access(of: request)
        try access.require(.write, in: self.room)
        guard request.hasJSON else {
            throw APIError(.unsupportedMediaType, ProtocolError(.badCommand, "the body is application/json"))
        }
        var request = request
        let body = try await request.collectBody(upTo: self.node.limits.messageBytes)
        let (text, name, kind) = try self.read(body)
        try await self.node.rulings.ready()
        let user = try await self.sender(request, access, name)
        // As a connection's: whoever is muted may be so at an address of which nobody knew.
        if let address = context.address { await self.node.rulings.extendAll(of: user.id, to: address) }
        let key = try self.key(request, user)
        let block = context.address?.block
        let payer = user.id == Self.anonymous ? UserID("anonymous@\(block?.description ?? "")") : user.id
        let send = SendLimiter.Send(user: payer, address: block, room: self.room)
        let costs = self.node.costs
        if let error = costs.newRooms.check(block, now: .now) ?? costs.sends.take(send, now: .now) {
            throw APIError(error)
        }
        if let error = self.refusal(of: text, by: user, payer, context.address, access) {
            costs.sends.giveBack(room: self.room, now: .now)
            throw APIError(error)
        }
        let tail = PublicationCodec.tail(sender: user, text: text.rawValue, kind: kind, key: key)
        let draft = Draft(room: self.room, sender: user.id, key: key, tail: tail)
        guard let result = await self.node.messages.publish([draft]).first else {
            throw ProtocolError(.internal, "the broker gave no result")
        }
        if case .failure = result { self.node.rulings.pauses.giveBack(payer, in: self.room) }
        let receipt = try result.get()
        if !receipt.isDuplicate {
            self.node.postMetrics.didPublish()
            // The room may be a new one.
            if receipt.position.seq == 1 { costs.newRooms.charge(block, 1, now: .now) }
        }
        var json = JSONWriter()
        json.fields(of: receipt)
        return .json(json.finish(), status: receipt.isDuplicate ? .ok : .created)
    }

    /// What moderators have to say about it.
    private func refusal(
        of text: MessageText,
        by user: User,
        _ payer: UserID,
        _ address: NetworkAddress?,
        _ access: Access
    ) -> ProtocolError? {
        let visitor = Visitor(user: user.id == Self.anonymous ? nil : user.id, address: address)
        let mayModerate = access.rights(in: self.room).contains(.moderate)
        return self.node.rulings.refusal(
            of: text,
            by: visitor,
            payer: payer,
            in: self.room,
            mayModerate: mayModerate
        )
    }

    private func read(_ body: ByteBuffer) throws -> (MessageText, JSONValue?, MessageKind) {
        let json: JSONValue
        do { json = try JSONValue(body) } catch { throw ProtocolError(.badJSON, "not a JSON object: \(error.detail)") }
        guard case .object = json else { throw ProtocolError(.badJSON, "not a JSON object: it is no object") }
        guard let text = json["text"]?.string else { throw ProtocolError(.badCommand, "text is missing") }
        // Text that is not a word is not a kind either.
        let kind = try MessageKind(asked: json["kind"].map { $0.word ?? "" })
        return (try MessageText(text, maximumBytes: self.node.limits.textBytes), json["name"], kind)
    }

    /// The user of the request's token or session; the anonymous one without a session.
    private func sender(_ request: Request, _ access: Access, _ name: JSONValue?) async throws -> User {
        if let grant = access.grant { return try await self.sender(grant) }
        guard let authorization = request.headers[.authorization] else {
            guard let name, name != .null else { return User(id: Self.anonymous, name: try UserName("anonymous")) }
            guard let name = name.string else { throw ProtocolError(.badCommand, "name is a string") }
            let user = User(id: Self.anonymous, name: try UserName(name))
            if let error = self.node.rulings.refusal(of: user.name, for: user.id) { throw error }
            return user
        }
        guard let secret = Bearer.text(in: authorization).flatMap({ SessionSecret($0) }),
            let user = try await self.node.sessions.session(secret.hash), !user.id.isOfToken
        else { throw ProtocolError(.unauthorized, "the bearer is no session that is known here") }
        return self.node.rulings.shown(user)
    }

    /// The user of a token, by the name in it or by the chosen one.
    private func sender(_ grant: Grant) async throws -> User {
        if let name = grant.name { return self.node.rulings.shown(User(id: grant.user, name: name)) }
        let known = try await self.node.sessions.session(grant.subject.rawValue)
        return known.map { self.node.rulings.shown($0) } ?? User(id: grant.user, name: .guest(grant.user))
    }

    /// Clients that share one scope must use keys that nobody else would choose.
    private func key(_ request: Request, _ user: User) throws -> IdempotencyKey? {
        guard let name = HTTPField.Name("Idempotency-Key"), let raw = request.headers[name] else { return nil }
        guard user.id != Self.anonymous || UUID(uuidString: raw) != nil else {
            throw ProtocolError(.badCommand, "without a bearer the Idempotency-Key is a UUID")
        }
        return try IdempotencyKey(raw)
    }
}
