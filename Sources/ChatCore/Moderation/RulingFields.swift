/// The fields by which a ruling or an order is named in JSON, before they are checked.
///
/// A command, a request to the admin API, a broker and a file have the same ones.
package struct RulingFields: Sendable {
    package var room: String?
    package var user: String?
    /// The `sub` of a token, which stands for the user of that token together with ``issuer``.
    package var subject: String?
    package var issuer: String?
    package var address: String?
    package var token: String?
    package var before: Int?
    package var seconds: Int?
    package var words: [String]?
    /// A name of a user, which is reserved.
    package var name: String?

    package init() {}

    package init(seconds: Int?) { self.seconds = seconds }

    /// Reads the fields of an object.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command` for one of a wrong type.
    package init(_ json: JSONValue) throws(ProtocolError) {
        self.room = try json.optional("room", "a string", \.string)
        self.user = try json.optional("user", "a string", \.string)
        self.subject = try json.optional("subject", "a string", \.string)
        self.issuer = try json.optional("issuer", "a string", \.string)
        self.address = try json.optional("address", "a string", \.string)
        self.token = try json.optional("token", "a string", \.string)
        self.before = try json.optional("before", "a whole number", \.time)
        self.seconds = try json.optional("seconds", "a whole number", \.time)
        self.words = try json.optional("words", "an array of strings") { $0.array.flatMap(Self.strings) }
        self.name = try json.optional("name", "a string", \.string)
    }

    private static func strings(_ elements: [JSONValue]) -> [String]? {
        let strings = elements.compactMap(\.string)
        return strings.count == elements.count ? strings : nil
    }

    // MARK: Checked values

    /// The most seconds for which a ruling can be made: ten years.
    package static let maximumSeconds = 10 * 366 * 86400
    /// The most seconds between two things that a member says in slow mode.
    package static let maximumPause = 3600
    /// The most bytes of an issuer, here and in a token: a user whose issuer cannot be written could not be banned.
    package static let maximumIssuer = 1024
    /// The most bytes of a subject or of a token's id.
    private static let maximumName = 256

    package func requiredRoom() throws(ProtocolError) -> RoomName {
        guard let room = try self.optionalRoom() else { throw .badCommand("room is missing") }
        return room
    }

    func requiredName() throws(ProtocolError) -> UserName {
        guard let name else { throw .badCommand("name is missing") }
        return try UserName(name)
    }

    func optionalRoom() throws(ProtocolError) -> RoomName? {
        guard let room else { return nil }
        return try RoomName(room)
    }

    /// The seconds for which it holds; nil: until it is lifted.
    func duration() throws(ProtocolError) -> Int? {
        guard let seconds else { return nil }
        guard (1...Self.maximumSeconds).contains(seconds) else {
            throw .badCommand("seconds is a whole number, 1 to \(Self.maximumSeconds)")
        }
        return seconds
    }

    /// Somebody, by id or subject.
    func person() throws(ProtocolError) -> UserID? {
        guard self.user == nil || self.subject == nil else { throw .badCommand("give user or subject, not both") }
        if let user {
            guard let id = UserID(checking: user) else { throw .badCommand("user is the id of a user") }
            return id
        }
        guard let subject else { return nil }
        let issuer = try self.issuer.map { issuer throws(ProtocolError) in
            try Self.name(issuer, "issuer", atMost: Self.maximumIssuer).rawValue
        }
        return UserID(of: TokenSubject(issuer: issuer ?? "", subject: try Self.name(subject, "subject").rawValue))
    }

    package func requiredPerson() throws(ProtocolError) -> UserID {
        guard let user = try self.person() else { throw .badCommand("give user or subject") }
        return user
    }

    /// Those who are meant: exactly one of user, subject and address.
    func target() throws(ProtocolError) -> Ruling.Target {
        let person = try self.person()
        guard let address else {
            guard let person else { throw .badCommand("give user, subject or address") }
            return .user(person)
        }
        guard person == nil else { throw .badCommand("give one of user, subject and address") }
        guard address.utf8.count <= 64, let network = Network(address) else {
            throw .badCommand("address is an IP address or a network like 192.0.2.0/24")
        }
        return .network(network)
    }

    func tokens(before time: Int) throws(ProtocolError) -> Ruling.Tokens {
        let before = self.before ?? time
        if let token {
            guard self.user == nil, self.subject == nil else { throw .badCommand("give token, user or subject") }
            return .token(try Self.name(token, "token"))
        }
        if let user = try self.person() { return .user(user, before: before) }
        guard self.before != nil else { throw .badCommand("give token, user, subject or before") }
        return .all(before: before)
    }

    func pause() throws(ProtocolError) -> Int {
        guard let seconds, (1...Self.maximumPause).contains(seconds) else {
            throw .badCommand("seconds is a whole number, 1 to \(Self.maximumPause)")
        }
        return seconds
    }

    func wordList() throws(ProtocolError) -> [String] {
        guard let words else { throw .badCommand("words is missing") }
        guard words.count <= WordList.maximumWords else {
            throw .badCommand("words has at most \(WordList.maximumWords) words")
        }
        var list: [String] = []
        for raw in words {
            guard raw.utf8.count <= WordList.maximumBytes else {
                throw .badCommand("a word has at most \(WordList.maximumBytes) bytes")
            }
            let word = Reason.line(raw)
            guard WordList.canFind(word) else { throw .badCommand("a word has something that can be seen") }
            list.append(word)
        }
        return list
    }

    private static func name(
        _ raw: String,
        _ field: StaticString,
        atMost limit: Int = maximumName
    ) throws(ProtocolError) -> ByteString {
        guard (1...limit).contains(raw.utf8.count), Self.isClean(raw) else {
            throw .badCommand("\(field) has 1 to \(limit) bytes, and no control characters")
        }
        return ByteString(raw)
    }

    /// Whether a text can be the `sub`, `jti` or `iss` of a token: what has control characters cannot be named here.
    package static func isClean(_ raw: String) -> Bool {
        !raw.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}

extension JSONValue {
    /// A time or a number of seconds: no calculation with it overflows.
    var time: Int? { self.integer.flatMap { (0...1 << 52).contains($0) ? $0 : nil } }

    /// A field that may be missing.
    func optional<Value>(
        _ name: String,
        _ form: StaticString,
        _ read: (JSONValue) -> Value?
    ) throws(ProtocolError) -> Value? {
        guard let field = self[name], field != .null else { return nil }
        guard let value = read(field) else { throw .badCommand("\(name) is \(form)") }
        return value
    }
}
