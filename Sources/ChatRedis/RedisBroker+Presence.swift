package import ChatCore
internal import NIOCore

extension RedisBroker {
    /// The most users of one command: Redis does nothing else while it works on one.
    private static let renewBatch = 200

    @discardableResult
    package func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        let reply = try await self.perform(
            self.presenceRequest(.enter, room) {
                $0.append(user.id.rawValue)
                $0.append(holder.rawValue)
                $0.append(MemberCoding.encode(user))
                $0.append(MemberCoding.bytesBeforeName(user))
            }
        )
        self.touch(room, at: WallClock.milliseconds())
        guard let version = reply.count else { throw .isUnintelligible }
        return version
    }

    package func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        _ = try await self.perform(
            self.presenceRequest(.leave, room) {
                $0.append(user.rawValue)
                $0.append(holder.rawValue)
            }
        )
    }

    @discardableResult
    package func renew(
        _ holder: HolderID,
        _ entries: [RoomName: [User]]
    ) async throws(BrokerError) -> [RoomName: Int] {
        var requests: [RedisRequest] = []
        var rooms: [RoomName] = []
        for (room, users) in entries {
            self.touch(room, at: WallClock.milliseconds())
            for start in stride(from: 0, to: users.count, by: Self.renewBatch) {
                rooms.append(room)
                requests.append(
                    self.presenceRequest(.renew, room) {
                        $0.append(holder.rawValue)
                        for user in users[start..<min(start + Self.renewBatch, users.count)] {
                            $0.append(user.id.rawValue)
                            $0.append(MemberCoding.encode(user))
                        }
                    }
                )
            }
        }
        var versions: [RoomName: Int] = [:]
        for (room, result) in zip(rooms, await self.performInBatches(requests)) {
            versions[room] = try result.get().count
        }
        return versions
    }

    package func release(
        _ holder: HolderID,
        _ entries: [RoomName: [UserID]],
        after delay: Duration
    ) async throws(BrokerError) {
        var requests: [RedisRequest] = []
        for (room, users) in entries {
            for start in stride(from: 0, to: users.count, by: Self.renewBatch) {
                requests.append(
                    self.presenceRequest(.release, room) {
                        $0.append(holder.rawValue)
                        $0.append(max(1, delay.inMilliseconds))
                        for user in users[start..<min(start + Self.renewBatch, users.count)] {
                            $0.append(user.rawValue)
                        }
                    }
                )
            }
        }
        for result in await self.performInBatches(requests) { _ = try result.get() }
    }

    /// Sweeps a room's leases that have ended.
    func sweep(_ room: RoomName) {
        self.commands.submit(self.presenceRequest(.renew, room) { $0.append("") })
    }

    package func members(_ room: RoomName, cursor: String?, limit: Int) async throws(BrokerError) -> MemberPage {
        let reply = try await self.perform(
            self.presenceRequest(.members, room) {
                $0.append(cursor ?? "")
                $0.append(limit)
            }
        )
        return try MemberPage(reply)
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
            keys.names(room)
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
        guard let parts = reply.array, parts.count == 4, let count = parts[0].count, let version = parts[1].count,
            let members = parts[3].array
        else { throw .isUnintelligible }
        self.init(
            members: members.compactMap { $0.bytes.flatMap(MemberCoding.decode) },
            count: count,
            cursor: parts[2].string,
            version: version
        )
    }
}
