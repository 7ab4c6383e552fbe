package import ChatCore
internal import NIOCore

extension RedisBroker {
    @discardableResult
    package func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        self.list(room, for: holder)
        let reply = try await self.perform(
            self.presenceRequest(.enter, room) {
                $0.append(user.id.rawValue)
                $0.append(holder.rawValue)
                $0.append(MemberCoding.encode(user))
                $0.append(MemberCoding.bytesBeforeName(user))
            }
        )
        self.touch(room)
        guard let parts = reply.array, parts.count == 2, let version = parts[0].count else {
            throw .isUnintelligible
        }
        if parts[1].integer == 0 { self.presenceWasLost(room) }
        return version
    }

    package func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        let count = self.holdings.count(room, holder)
        let reply = try await self.perform(
            self.presenceRequest(.leave, room) {
                $0.append(user.rawValue)
                $0.append(holder.rawValue)
            }
        )
        self.left(room, holder, since: count, remaining: reply.count)
    }

    package func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        var counts: [Int] = []
        for part in parts {
            if !part.users.isEmpty { self.list(part.room, for: holder) }
            counts.append(self.holdings.count(part.room, holder))
        }
        let requests = parts.map { part in
            self.presenceRequest(.restore, part.room) {
                $0.append(holder.rawValue)
                $0.append(part.told)
                $0.append(part.after?.rawValue ?? "")
                $0.append(part.through?.rawValue ?? "")
                for user in part.users {
                    $0.append(user.id.rawValue)
                    $0.append(MemberCoding.encode(user))
                }
            }
        }
        let results = await self.performAll(requests)
        return zip(zip(parts, counts), results).map { part, result in
            result.flatMap { reply in
                guard let answer = reply.array, answer.count == 3, let version = answer[0].count else {
                    return .failure(.isUnintelligible)
                }
                self.left(part.0.room, holder, since: part.1, remaining: answer[1].count)
                self.touch(part.0.room)
                return .success(HeldPart.Answer(version: version, isDone: answer[2].integer == 0))
            }
        }
    }

    package func members(
        _ room: RoomName,
        cursor: String?,
        limit: Int,
        told: Int
    ) async throws(BrokerError) -> MemberPage {
        let reply = try await self.perform(
            self.presenceRequest(.members, room) {
                $0.append(cursor ?? "")
                $0.append(limit)
                $0.append(told)
            }
        )
        let page = try MemberPage(reply)
        if !page.isWhole { self.presenceWasLost(room) }
        return page
    }

    package func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        _ = try await self.perform(
            self.presenceRequest(.renameMember, room) {
                $0.append(user.id.rawValue)
                $0.append(MemberCoding.encode(user))
                $0.append(MemberCoding.bytesBeforeName(user))
            }
        )
    }

    package func signalTyping(_ room: RoomName, _ user: User, active: Bool) async {
        // Late news of it is worth nothing: it does not wait for a connection.
        guard self.commands.isActive else { return }
        var command = RedisCommand("PUBLISH", self.keys.channel(room))
        command.append(Event.typing(room: room, user: user, active: active).encoded())
        var request = RedisRequest(command)
        request.isRepeatable = false
        self.commands.submit(request)
    }

    /// Makes a request that runs one of the scripts that know a room's members.
    func presenceRequest(
        _ script: RedisScript,
        _ room: RoomName,
        arguments: (inout RedisCommand) -> Void = { _ in }
    ) -> RedisRequest {
        let keys = self.keys
        return RedisRequest(
            script,
            keys: keys.meta(room),
            keys.log(room),
            keys.members(room),
            keys.leases(room),
            keys.names(room),
            keys.held(room)
        ) {
            var json = ByteBuffer()
            json.writeJSONString(room.rawValue)
            $0.append(self.newEpoch())
            $0.append(keys.channel(room))
            $0.append(json)
            arguments(&$0)
        }
    }
}

/// A member as Redis keeps it: the `user` object of the events, which a script can put into them as it stands.
enum MemberCoding {
    static func encode(_ user: User) -> ByteBuffer {
        var json = JSONWriter()
        json.fields(of: user)
        return json.finish()
    }

    /// How many bytes of the object come before the name.
    static func bytesBeforeName(_ user: User) -> Int {
        var name = ByteBuffer()
        name.writeJSONString(user.name.rawValue)
        return self.encode(user).readableBytes - name.readableBytes - 1
    }

    static func decode(_ bytes: ByteBuffer) -> User? {
        guard let json = try? JSONValue(bytes), let id = json["id"]?.string.flatMap(UserID.init(checking:)),
            let name = json["name"]?.string
        else { return nil }
        return User(id: id, name: .known(name, of: id))
    }
}

extension MemberPage {
    /// Reads what the script `members` answers.
    fileprivate init(_ reply: RedisReply) throws(BrokerError) {
        guard let parts = reply.array, parts.count == 5, let count = parts[0].count, let version = parts[1].count,
            let members = parts[3].array
        else { throw .isUnintelligible }
        self.init(
            members: members.compactMap { $0.bytes.flatMap(MemberCoding.decode) },
            count: count,
            cursor: parts[2].string,
            version: version
        )
        self.isWhole = parts[4].integer == 1
    }
}
