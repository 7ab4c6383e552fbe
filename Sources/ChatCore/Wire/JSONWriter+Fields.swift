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
        self.array(name, elements: users) { buffer, user in
            if !buffer.writePlain(user) { buffer.writeEscaped(user) }
        }
    }
}

extension ByteBuffer {
    /// Writes a user whose name needs no escapes.
    ///
    /// - Returns: False when it does; nothing has been written then.
    fileprivate mutating func writePlain(_ user: User) -> Bool {
        var (id, name) = (user.id.rawValue, user.name.rawValue)
        return id.withUTF8 { id in
            name.withUTF8 { name in
                let (id, name) = (UnsafeRawBufferPointer(id), UnsafeRawBufferPointer(name))
                guard ByteScan.plainPrefix(id) == id.count, ByteScan.plainPrefix(name) == name.count else {
                    return false
                }
                self.write(atMost: id.count + name.count + 20) { sink in
                    sink.write("{\"id\":\"")
                    sink.write(id)
                    sink.write("\",\"name\":\"")
                    sink.write(name)
                    sink.write("\"}")
                }
                return true
            }
        }
    }

    fileprivate mutating func writeEscaped(_ user: User) {
        var json = JSONWriter(appendingTo: exchange(&self, with: ByteBuffer()))
        json.fields(of: user)
        self = json.finish()
    }
}
