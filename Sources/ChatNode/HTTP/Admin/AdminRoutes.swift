import ChatCore
import ChatSystem
import HTTPTypes
import Hummingbird
import NIOCore

/// The API for moderators with the operator's key (docs/PROTOCOL.md, section 8).
struct AdminRoutes {
    /// The most rulings of a page.
    private static let pageLimit = 200

    let node: NodeContext
    let shards: [Shard]
    let gate: AdminGate

    func add(to router: Router<ChatRequestContext>) {
        let admin = router.group("admin")
        admin.serve("rulings", [.get: self.guarded(self.rulings)])
        admin.serve("rulings/:id", [.delete: self.guarded(self.lift)])
        admin.serve("delete", [.post: self.guarded(self.delete)])
        admin.serve("log", [.get: self.guarded(self.log)])
        admin.serve("users/:user/connections", [.get: self.guarded(self.connections)])
        for verb in Order.Verb.allCases {
            let path = RouterPath(stringLiteral: verb.rawValue)
            admin.serve(path, [.post: self.guarded { try await self.order(verb, $0, $1) }])
        }
    }

    private func guarded(
        _ handler: @escaping RouterMethods<ChatRequestContext>.Handler
    ) -> RouterMethods<ChatRequestContext>.Handler {
        { request, context in
            try self.gate.check(request, from: context.address)
            try await self.node.rulings.ready()
            return try await handler(request, context)
        }
    }

    // MARK: Rulings

    private func rulings(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let query = Query(request)
        let limit = try query.count("limit", default: Self.pageLimit, maximum: Self.pageLimit)
        let room = try query["room"].map { try RoomName($0) }
        let user = query["user"]
        let kind = query["kind"]
        let cursor = query["cursor"] ?? ""
        let found = self.node.rulings.list.filter { ruling in
            guard ruling.id.rawValue > cursor, room == nil || ruling.matter.room == room else { return false }
            guard kind == nil || ruling.matter.kind == kind else { return false }
            guard let user else { return true }
            return ruling.matter.shownTarget == user || ruling.matter.target == .user(UserID(user))
        }
        var json = JSONWriter()
        json.array("rulings", encoded: found.prefix(limit).map { $0.encoded() })
        if found.count > limit, let last = found.prefix(limit).last { json.field("cursor", last.id.rawValue) }
        return .json(json.finish())
    }

    private func lift(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        guard let id = RulingID(checking: context.parameters.get("id") ?? "") else { throw HTTPError(.notFound) }
        guard let ruling = try await self.node.rulings.lift(id, reason: Reason(), by: Self.operatorName) else {
            throw HTTPError(.notFound)
        }
        var json = JSONWriter()
        json.object("ruling") { ruling.write(to: &$0) }
        return .json(json.finish())
    }

    // MARK: Orders

    /// The name of a moderator who gives none.
    private static let operatorName = "admin"

    private func order(_ verb: Order.Verb, _ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let json = try await self.body(of: request)
        let order = try Order(
            verb,
            try RulingFields(json),
            reason: try Reason(Self.text(json, "reason") ?? ""),
            coversAddress: try Self.truth(json, "with_address") ?? true,
            now: WallClock.now()
        )
        let name = try Reason(Self.text(json, "by") ?? Self.operatorName).rawValue
        let ruling = try await self.node.rulings.carryOut(order, by: name.isEmpty ? Self.operatorName : name)
        var answer = JSONWriter()
        if let ruling { answer.object("ruling") { ruling.write(to: &$0) } }
        return .json(answer.finish(), status: order.isPut ? .created : .ok)
    }

    private func body(of request: Request) async throws -> JSONValue {
        try request.requireBody(of: "application/json")
        var request = request
        return try Self.object(try await request.collectBody(upTo: self.node.limits.messageBytes))
    }

    /// Deletes a message.
    private func delete(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let json = try await self.body(of: request)
        let room = try RulingFields(json).requiredRoom()
        guard let seq = json["seq"]?.integer, (1...CommandID.maximum).contains(seq) else {
            throw ProtocolError(.badCommand, "seq is a whole number, 1 to 2^53-1")
        }
        let epoch = try Self.text(json, "epoch").map { try Epoch($0) }
        let name = try Reason(Self.text(json, "by") ?? Self.operatorName).rawValue
        let issuer = name.isEmpty ? Self.operatorName : name
        // Who reads it in the room, learns that it was the operator, and no more.
        let user = User(id: UserID(Self.operatorName), name: try UserName(Self.operatorName))
        let deletion = Deletion(room: room, seq: seq, epoch: epoch, user: user)
        let reason = try Reason(Self.text(json, "reason") ?? "")
        guard let receipt = try await self.node.rulings.delete(deletion, reason: reason, by: issuer) else {
            throw APIError(.notFound, .noSuchMessage(seq, in: room))
        }
        var answer = JSONWriter()
        answer.field("room", room.rawValue)
        answer.fields(of: receipt)
        return .json(answer.finish())
    }

    private static func object(_ body: ByteBuffer) throws -> JSONValue {
        let json: JSONValue
        do { json = try JSONValue(body) } catch { throw ProtocolError(.badJSON, "not a JSON object: \(error.detail)") }
        guard case .object = json else { throw ProtocolError(.badJSON, "not a JSON object: it is no object") }
        return json
    }

    private static func text(_ json: JSONValue, _ name: String) throws -> String? {
        guard let value = json[name], value != .null else { return nil }
        guard let text = value.string else { throw ProtocolError(.badCommand, "\(name) is a string") }
        return text
    }

    private static func truth(_ json: JSONValue, _ name: String) throws -> Bool? {
        guard let value = json[name], value != .null else { return nil }
        guard let truth = value.bool else { throw ProtocolError(.badCommand, "\(name) is true or false") }
        return truth
    }

    // MARK: The record, and who is there

    private func log(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let query = Query(request)
        let limit = try query.count("limit", default: 50, maximum: AuditPage.maximumEntries)
        let cursor = try query["cursor"].map { try AuditPage.checkedCursor($0) }
        let page = try await self.node.rulings.audit(before: cursor, limit: limit)
        var json = JSONWriter()
        json.array("entries", encoded: page.entries.map { $0.encoded() })
        if let cursor = page.cursor { json.field("cursor", cursor) }
        return .json(json.finish())
    }

    private func connections(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let raw = PercentEncoding.decode(context.parameters.get("user").map { $0[...] } ?? "")
        guard let user = UserID(checking: raw) else { throw ProtocolError(.badCommand, "user is the id of a user") }
        var found: [ConnectionReport] = []
        for shard in self.shards { found += await shard.connections(of: user) }
        var json = JSONWriter()
        json.field("node", self.node.name)
        json.array("connections", found) { json, connection in
            json.field("name", connection.name)
            if let address = connection.address { json.field("address", address.description) }
            json.array("rooms", connection.rooms.map(\.rawValue))
        }
        return .json(json.finish())
    }
}

extension Order {
    /// Whether something holds by it that did not.
    fileprivate var isPut: Bool {
        switch self.act {
        case .put: true
        case .lift, .clear: false
        }
    }
}
