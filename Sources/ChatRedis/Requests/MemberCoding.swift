internal import ChatCore
internal import NIOCore

/// A member as Redis keeps it: the `user` object of the events, which a script can insert unchanged.
enum MemberCoding {
    static func encode(_ user: User) -> ByteBuffer {
        var json = JSONWriter()
        json.fields(of: user)
        return json.finish()
    }

    /// The number of bytes of the object before the name.
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
    /// Parses the answer of the script `members`.
    init(_ reply: RedisReply) throws(BrokerError) {
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
