import ChatCore
import HTTPTypes
import Hummingbird
import NIOCore

/// Rooms, their messages and their members, for programs without a connection.
struct RoomRoutes {
    /// The most rooms of a page.
    private static let pageLimit = 100

    let node: NodeContext

    private var access: RequestAccess { RequestAccess(node: self.node) }

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("rooms", get: { request, context in try await self.rooms(request, context) })
        api.serve(
            "rooms/:room/messages",
            get: { request, context in try await self.messages(request, context) },
            post: { request, context in
                try await PostMessage(node: self.node, room: try Self.room(context)).respond(to: request, context)
            }
        )
        api.serve("rooms/:room/members", get: { request, context in try await self.members(request, context) })
    }

    private func rooms(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let access = try await self.access.access(of: request)
        try await self.node.rulings.ready()
        try self.access.checkBan(access, context.address)
        let query = Query(request)
        let cursor = try query["cursor"].map { try RoomName($0) }
        let limit = try query.count("limit", default: Self.pageLimit, maximum: Self.pageLimit)
        let page = try await self.page(after: cursor, limit: limit, access)
        var json = JSONWriter()
        json.array("rooms", page.rooms) { json, room in
            json.field("room", room.room.rawValue)
            json.field("member_count", room.memberCount)
            json.field("seq", room.seq)
            if let time = room.lastTime { json.field("last_time", time) }
        }
        if let cursor = page.cursor { json.field("cursor", cursor.rawValue) }
        return .json(json.finish())
    }

    private func page(after cursor: RoomName?, limit: Int, _ access: Access) async throws -> RoomPage {
        guard let grant = access.grant, !grant.rightsEverywhere.isSuperset(of: .read) else {
            return try await self.node.roomLists.page(after: cursor, limit: limit)
        }
        let rooms = ReadableRooms(grant: grant) { cursor, limit async throws(BrokerError) in
            try await self.node.roomLists.page(after: cursor, limit: limit)
        }
        return try await rooms.page(after: cursor, limit: limit)
    }

    private func messages(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let room = try await self.room(of: request, context, .history)
        let query = Query(request)
        let maximum = self.node.limits.history
        let limit = try query.count("limit", default: maximum, maximum: maximum)
        let before = try query["before"].map { _ in try query.count("before", default: 0, minimum: 0, maximum: .max) }
        try self.checkPast(context)
        let page = try await self.node.histories.page(HistoryKey(room: room, before: before, limit: limit))
        self.charge(page.publications.reduce(0) { $0 + $1.payload.readableBytes }, context)
        var json = JSONWriter()
        json.field("room", room.rawValue)
        json.page(page)
        return .json(json.finish())
    }

    private func members(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let room = try await self.room(of: request, context, .presence)
        let query = Query(request)
        let maximum = self.node.limits.members
        let limit = try query.count("limit", default: maximum, maximum: maximum)
        let cursor = try query["cursor"].map { try MemberPage.checkedCursor($0) }
        try self.checkPast(context)
        let page = try await self.node.memberLists.page(MemberListKey(room: room, cursor: cursor, limit: limit))
        self.charge(page.members.count * CostGuard.bytesPerMember, context)
        var json = JSONWriter()
        json.field("room", room.rawValue)
        json.page(page)
        return .json(json.finish())
    }

    /// The room that a request may read.
    ///
    /// - Throws: ``APIError`` 401, or ``ProtocolError`` with the code `forbidden` or `banned`.
    private func room(
        of request: Request,
        _ context: ChatRequestContext,
        _ right: RoomRights
    ) async throws -> RoomName {
        let room = try Self.room(context)
        let access = try await self.access.access(of: request)
        try access.require(right, in: room)
        try await self.node.rulings.ready()
        let visitor = Visitor(user: access.grant?.user, address: context.address)
        if let error = self.node.rulings.refusal(ofReading: room, by: visitor) { throw error }
        return room
    }

    /// Pages of the past count like those that connections get.
    private func checkPast(_ context: ChatRequestContext) throws(APIError) {
        if let error = self.node.costs.checkPast(context.address?.block, now: .now) { throw APIError(error) }
    }

    private func charge(_ bytes: Int, _ context: ChatRequestContext) {
        self.node.costs.chargePast(context.address?.block, bytes, now: .now)
    }

    static func room(_ context: ChatRequestContext) throws -> RoomName {
        try RoomName(PercentEncoding.decode(context.parameters.get("room").map { $0[...] } ?? ""))
    }
}

/// The query of a request.
struct Query {
    private let values: [ByteString: String]

    init(_ request: Request) {
        var values: [ByteString: String] = [:]
        for (name, value) in request.uri.queryParameters { values[ByteString(String(name))] = String(value) }
        self.values = values
    }

    subscript(_ name: String) -> String? { self.values[ByteString(name)] }

    /// A whole number; one above the maximum is cut.
    ///
    /// - Throws: ``APIError`` when it is none or too small.
    func count(_ name: String, default: Int, minimum: Int = 1, maximum: Int) throws(APIError) -> Int {
        guard let text = self[name] else { return `default` }
        guard let value = Int(text), value >= minimum else {
            throw APIError(ProtocolError(.badCommand, "\(name) is a whole number, at least \(minimum)"))
        }
        return min(value, maximum)
    }
}
