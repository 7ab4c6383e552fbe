/// Reading of fields that several messages have, from a tree; each function throws ``JSONError`` with the name of the
/// field.
extension JSONValue {
    /// A string for display: it keeps only the first ``StreamSafe/maximumMarks`` of each run of combining marks.
    ///
    /// A server is not trusted more than a client: comparing, cutting or measuring its text must not cost more than its
    /// length.
    package var shown: String? { self.string?.streamSafe }

    /// A number of the protocol: 0 … 2^53-1, so that no calculation with it overflows.
    package var count: Int? { self.integer.flatMap { (0...CommandID.maximum).contains($0) ? $0 : nil } }

    func required<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(JSONError) -> Value {
        guard let value = self[name].flatMap(read) else { throw JSONError(detail: "\(name) is missing or wrong") }
        return value
    }

    func room() throws(JSONError) -> RoomName {
        try Self.valid("room", RoomName.init, try self.required("room", \.string))
    }

    func epoch() throws(JSONError) -> Epoch {
        try Self.valid("epoch", Epoch.init, try self.required("epoch", \.string))
    }

    /// A place; the `time` beside it in a message or an answer is the time of the message there.
    func position() throws(JSONError) -> LogPosition {
        LogPosition(epoch: try self.epoch(), seq: try self.required("seq", \.count), time: self["time"]?.count)
    }

    func userName(_ name: String) throws(JSONError) -> UserName {
        try Self.valid(name, UserName.init, try self.required(name, \.string))
    }

    func user(_ name: String) throws(JSONError) -> User {
        guard let json = self[name] else { throw JSONError(detail: "\(name) is missing") }
        return try User(json)
    }

    /// Reads an array, with one function for all its elements.
    func elements<Element>(
        _ name: String,
        _ read: (JSONValue) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        var elements: [Element] = []
        for json in try self.required(name, \.array) { elements.append(try read(json)) }
        return elements
    }

    private static func valid<Value>(
        _ name: String,
        _ parse: (String) throws(ProtocolError) -> Value,
        _ raw: String
    ) throws(JSONError) -> Value {
        do { return try parse(raw) } catch { throw JSONError(detail: "\(name): \(error.message)") }
    }
}

extension User {
    init(_ json: JSONValue) throws(JSONError) {
        guard let id = UserID(checking: try json.required("id", \.string)) else {
            throw JSONError(detail: "id has 1 to 64 printable ASCII characters")
        }
        self.init(id: id, name: .known(try json.required("name", \.string), of: id))
    }
}
