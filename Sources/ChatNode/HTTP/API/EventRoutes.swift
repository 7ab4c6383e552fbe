import ChatCore
import ChatIdentity
import HTTPTypes
import Hummingbird
import NIOCore

/// What happens in rooms as Server-Sent Events (docs/PROTOCOL.md, section 8).
struct EventRoutes {
    let node: NodeContext

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve(
            "rooms/:room/events",
            answers: .any,
            get: { request, context in try await self.listen(request, context) }
        )
        api.serve(
            "events",
            answers: .any,
            get: { request, _ in try self.takePart(request, request.uri.query) },
            post: { request, _ in try await self.takePartByPost(request) }
        )
    }

    /// `GET /api/rooms/{room}/events`: a room without being its member.
    private func listen(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let room = try RoomRoutes.room(context)
        let access = try await RequestAccess(node: self.node).access(of: request)
        try access.require(.live, in: room)
        let start = try self.start(of: request)
        try await self.node.rulings.ready()
        let visitor = Visitor(user: access.grant?.user, address: context.address)
        if let error = self.node.rulings.refusal(of: visitor, in: room) { throw error }
        return .stream(.listen(Command.Join(room: room, start: start), access))
    }

    /// `GET /api/events`: the events of a client's rooms.
    private func takePart(_ request: Request, _ query: String?) throws -> Response {
        try self.checkOrigin(of: request)
        let authorization = request.headers[.authorization]
        let bearer = authorization.flatMap(Bearer.text(in:))
        guard !self.node.authorizer.asksForTokens else {
            guard let bearer else { throw APIError.tokenMissing }
            return .stream(.takePart(query: query, .token(bearer)))
        }
        guard authorization != nil else { return .stream(.takePart(query: query, .none)) }
        guard let session = bearer.flatMap({ SessionSecret($0) }) else {
            throw ProtocolError(.unauthorized, "the bearer is no session")
        }
        return .stream(.takePart(query: query, .session(session)))
    }

    /// `POST /api/events`: the same for more rooms than an address has space for.
    private func takePartByPost(_ request: Request) async throws -> Response {
        try request.requireBody(of: "application/x-www-form-urlencoded")
        var request = request
        let body = try await request.collectBody(upTo: self.node.limits.messageBytes)
        return try self.takePart(request, String(buffer: body))
    }

    /// A stream makes a member, as a WebSocket does: a page of somebody else may open neither.
    private func checkOrigin(of request: Request) throws(APIError) {
        guard let origin = request.headers[.origin] else { return }
        let settings = self.node.settings
        let (host, isSecure) = (request.head.authority, settings.tls != nil)
        // An origin is ASCII (RFC 6454, section 6.2); anything else need not be compared.
        let isComparable = origin.utf8.allSatisfy { $0 < 0x80 }
        let isAllowed = isComparable && settings.origins.allows(origin: origin, host: host, isSecure: isSecure)
        guard !isAllowed, settings.origins != .any else { return }
        throw APIError(.forbidden, ProtocolError(.forbidden, "pages of this origin may not connect here"))
    }

    /// Where the stream begins: the last event of a reader that comes back counts for more than the address that it
    /// has kept.
    private func start(of request: Request) throws -> JoinStart {
        if let name = HTTPField.Name("Last-Event-ID"), let id = request.headers[name], !id.isEmpty {
            return .after(try LogPosition(eventID: id))
        }
        let query = Query(request)
        switch (query["after"], query["history"]) {
        case (nil, nil): return .live
        case (let after?, nil): return .after(try LogPosition(eventID: after))
        case (nil, _?): return .last(try query.count("history", default: 0, minimum: 0, maximum: .max))
        case (_?, _?): throw ProtocolError.badCommand("a stream has after or history, not both")
        }
    }
}

extension Response {
    /// The beginning of a stream; a proxy passes each event on when it comes.
    static func stream(_ order: StreamOrder) -> Response {
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(status: .ok, headers: headers, body: .stream(order))
    }
}
