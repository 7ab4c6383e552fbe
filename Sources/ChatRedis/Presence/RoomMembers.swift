internal import ChatCore
internal import NIOCore

/// The members of rooms: runs the scripts for a room's members.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomMembers {
    private let router: RequestRouter
    private let requests: RoomScriptCalls
    private let leases: HolderLeases
    private let index: RoomDirectory
    private let watch: RoomWatch

    init(
        _ router: RequestRouter,
        _ requests: RoomScriptCalls,
        _ leases: HolderLeases,
        _ index: RoomDirectory,
        _ watch: RoomWatch
    ) {
        (self.router, self.requests) = (router, requests)
        (self.leases, self.index, self.watch) = (leases, index, watch)
    }

    private func perform(
        _ script: RedisScript,
        _ room: RoomName,
        arguments: (inout RedisCommand) -> Void
    ) async throws(BrokerError) -> RedisReply {
        let request = self.requests.presence(script, room, arguments: arguments)
        return try await self.router.perform(request)
    }

    /// Makes a user a member; returns the version of the room's members.
    func enter(_ room: RoomName, _ user: User, holder: HolderID) async throws(BrokerError) -> Int {
        self.leases.entering(room, for: holder)
        let reply = try await self.perform(.enter, room) {
            $0.append(user.id.rawValue)
            $0.append(holder.rawValue)
            $0.append(MemberCoding.encode(user))
            $0.append(MemberCoding.bytesBeforeName(user))
        }
        self.index.touch(room)
        guard let parts = reply.array, parts.count == 2, let version = parts[0].count else { throw .isUnintelligible }
        if parts[1].integer == 0 { self.watch.presenceWasLost(room) }
        return version
    }

    /// Undoes ``enter(_:_:holder:)``.
    func leave(_ room: RoomName, _ user: UserID, holder: HolderID) async throws(BrokerError) {
        let entries = self.leases.entries(room, holder)
        let reply = try await self.perform(.leave, room) {
            $0.append(user.rawValue)
            $0.append(holder.rawValue)
        }
        self.leases.left(room, holder, since: entries, remaining: reply.count)
    }

    /// Replaces a holder's members in some rooms by exactly these.
    func restore(_ holder: HolderID, _ parts: [HeldPart]) async -> [Result<HeldPart.Answer, BrokerError>] {
        var entries: [Int] = []
        for part in parts {
            if !part.users.isEmpty { self.leases.entering(part.room, for: holder) }
            entries.append(self.leases.entries(part.room, holder))
        }
        let requests = parts.map { part in
            self.requests.presence(.restore, part.room) {
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
        let results = await self.router.performAll(requests)
        return zip(zip(parts, entries), results).map { part, result in
            result.flatMap { reply in
                guard let answer = reply.array, answer.count == 3, let version = answer[0].count else {
                    return .failure(.isUnintelligible)
                }
                self.leases.left(part.0.room, holder, since: part.1, remaining: answer[1].count)
                self.index.touch(part.0.room)
                return .success(HeldPart.Answer(version: version, isDone: answer[2].integer == 0))
            }
        }
    }

    /// A page of a room's members, by id.
    func page(_ room: RoomName, cursor: String?, limit: Int, told: Int) async throws(BrokerError) -> MemberPage {
        let reply = try await self.perform(.members, room) {
            $0.append(cursor ?? "")
            $0.append(limit)
            $0.append(told)
        }
        let page = try MemberPage(reply)
        if !page.isWhole { self.watch.presenceWasLost(room) }
        return page
    }

    /// Gives a member another name in a room.
    func rename(_ user: User, in room: RoomName) async throws(BrokerError) {
        _ = try await self.perform(.renameMember, room) {
            $0.append(user.id.rawValue)
            $0.append(MemberCoding.encode(user))
            $0.append(MemberCoding.bytesBeforeName(user))
        }
    }

    /// Tells a room's members that a user is typing or has stopped.
    func signalTyping(_ room: RoomName, _ user: User, active: Bool) {
        // Late typing news is useless: it does not wait for a connection.
        guard self.router.isActive(for: self.requests.keys.channel(room)) else { return }
        let payload = Event.typing(room: room, user: user, active: active).encoded()
        var request = self.requests.publish(payload, in: room)
        request.isRepeatable = false
        self.router.submit(request)
    }
}
