import NIOCore

// The fields that several messages have. A list of members is the largest part of the answer to a `join`: in a room of
// a hundred, writing it field by field took a tenth of the cost of joining, so it is written in one piece where
// possible.
extension JSONWriter {
    package mutating func user(_ name: StaticString, _ user: User) {
        self.object(name) { $0.fields(of: user) }
    }

    package mutating func fields(of user: User) {
        self.field("id", user.id.rawValue)
        self.field("name", user.name.rawValue)
    }

    package mutating func position(_ position: LogPosition) {
        self.field("epoch", position.epoch.rawValue)
        self.field("seq", position.seq)
    }

    package mutating func fields(of error: ProtocolError) {
        self.field("code", error.code.rawValue)
        self.field("message", error.message)
        if let retry = error.retryMilliseconds { self.field("retry_ms", retry) }
        if let until = error.until { self.field("until", until) }
        if let reason = error.reason { self.field("reason", reason) }
    }

    /// Writes an array of people.
    package mutating func array(_ name: StaticString, users: [User]) {
        guard let bytes = Self.plainBytes(of: users) else { return self.array(name, users) { $0.fields(of: $1) } }
        self.name(name, valueBytes: bytes) { sink in
            sink.write("[")
            var isFirst = true
            for user in users {
                if !isFirst { sink.write(",") }
                isFirst = false
                sink.write("{\"id\":\"")
                sink.write(string: user.id.rawValue)
                sink.write("\",\"name\":\"")
                sink.write(string: user.name.rawValue)
                sink.write("\"}")
            }
            sink.write("]")
        }
    }

    /// The bytes of an array of people; nil when something in it needs an escape.
    private static func plainBytes(of users: [User]) -> Int? {
        var bytes = 2
        for user in users {
            guard let id = user.id.rawValue.plainBytes, let name = user.name.rawValue.plainBytes else { return nil }
            // What is around an id and a name, and the comma, take 20.
            bytes += id + name + 20
        }
        return bytes
    }
}

extension String {
    /// The bytes that it has in JSON, if it has no character that needs an escape there.
    fileprivate var plainBytes: Int? {
        // Of a string that is not in one piece nobody knows it.
        self.utf8.withContiguousStorageIfAvailable { text -> Int? in
            ByteScan.plainPrefix(UnsafeRawBufferPointer(text)) == text.count ? text.count : nil
        } ?? nil
    }
}
