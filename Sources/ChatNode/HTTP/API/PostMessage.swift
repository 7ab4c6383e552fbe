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
        try request.requireBody(of: "application/json")
        var request = request
        let body = try await request.collectBody(upTo: self.node.limits.messageBytes)
        let (text, name, kind) = try self.read(body)
        try await self.node.rulings.ready()
        let user = try await self.sender(request, access, name)
        // As a connection's: whoever is muted may be so at an address of which nobody knew.
        if let address = context.address { await self.node.rulings.extendAll(of: user.id, to: address) }
        let isAnonymous = user.id == Self.anonymous
        let block = context.address?.block
        let receipt = try await PostedMessage(
            node: self.node,
            room: self.room,
            text: text,
            kind: kind,
            key: try self.key(request, user),
            sender: user,
            payer: isAnonymous ? UserID("anonymous@\(block?.description ?? "")") : user.id,
            visitor: Visitor(user: isAnonymous ? nil : user.id, address: context.address),
            access: access
        ).publish()
        var json = JSONWriter()
        json.fields(of: receipt)
        return .json(json.finish(), status: receipt.isDuplicate ? .ok : .created)
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
        if access.grant == nil, request.headers[.authorization] == nil {
            guard let name, name != .null else { return User(id: Self.anonymous, name: try UserName("anonymous")) }
            guard let name = name.string else { throw ProtocolError(.badCommand, "name is a string") }
            let user = User(id: Self.anonymous, name: try UserName(name))
            if let error = self.node.rulings.refusal(of: user.name, for: user.id) { throw error }
            return user
        }
        return try await RequestUser(of: request, access, node: self.node).user
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
