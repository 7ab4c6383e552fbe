import ChatCore
import HTTPTypes
import Hummingbird

/// What happens in rooms as Server-Sent Events (docs/PROTOCOL.md, section 8).
struct EventRoutes {
    let node: NodeContext

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("rooms/:room/events", get: { request, context in try await self.listen(request, context) })
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
