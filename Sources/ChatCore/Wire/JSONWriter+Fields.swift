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
        guard users.allSatisfy({ $0.id.rawValue.isPlainInJSON && $0.name.rawValue.isPlainInJSON }) else {
            return self.array(name, users) { $0.fields(of: $1) }
        }
        // What is around an id and a name, and the comma.
        let bytes = users.reduce(2) { $0 + $1.id.rawValue.utf8.count + $1.name.rawValue.utf8.count + 21 }
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
}

extension String {
    /// Whether it has no character that needs an escape in JSON.
    fileprivate var isPlainInJSON: Bool {
        let isPlain = self.utf8.withContiguousStorageIfAvailable {
            ByteScan.plainPrefix(UnsafeRawBufferPointer($0)) == $0.count
        }
        // Of a string that is not in one piece nobody knows it.
        return isPlain ?? false
    }
}
