extension RedisURL {
    /// Parses an address.
    ///
    /// - Parameter text: The address as an operator wrote it.
    /// - Throws: ``RedisURLError``, which says what is wrong without repeating any of it.
    package init(_ text: String) throws(RedisURLError) {
        guard let colon = text.firstIndex(of: ":") else { throw .scheme }
        let rest = text[text.index(after: colon)...]
        switch text[..<colon].lowercased() {
        case "redis": try self.init(network: rest, usesTLS: false)
        case "rediss": try self.init(network: rest, usesTLS: true)
        case "redis-sentinel": try self.init(sentinels: rest, usesTLS: false)
        case "rediss-sentinel": try self.init(sentinels: rest, usesTLS: true)
        case "redis-cluster": try self.init(cluster: rest, usesTLS: false)
        case "rediss-cluster": try self.init(cluster: rest, usesTLS: true)
        case "unix", "redis+unix": try self.init(socket: rest)
        default: throw .scheme
        }
    }

    private init(network text: Substring, usesTLS: Bool) throws(RedisURLError) {
        let parts = try NetworkParts(text)
        self.init(address: try Self.address(parts.place))
        self.usesTLS = usesTLS
        try self.logIn(parts.login)
        if let path = parts.path, !path.isEmpty { try self.select(path) }
    }

    private init(sentinels text: Substring, usesTLS: Bool) throws(RedisURLError) {
        let parts = try NetworkParts(text)
        let sentinels = try Self.addresses(parts.place, of: "sentinels", standardPort: 26379)
        let (name, database) = (parts.path ?? "").split(atFirst: "/")
        guard !name.isEmpty else {
            throw RedisURLError("after the sentinels of a Redis URL comes the name of the primary, as in /mymaster")
        }
        self.init(target: .primary(name: try name.percentDecoded(), sentinels: sentinels))
        self.usesTLS = usesTLS
        try self.logIn(parts.login)
        if let database, !database.isEmpty { try self.select(database) }
    }

    private init(cluster text: Substring, usesTLS: Bool) throws(RedisURLError) {
        let parts = try NetworkParts(text)
        guard parts.path?.isEmpty ?? true else {
            throw RedisURLError("the URL of a Redis Cluster ends with its servers: a Cluster has the database 0 alone")
        }
        self.init(target: .cluster(seeds: try Self.addresses(parts.place, of: "servers", standardPort: 6379)))
        self.usesTLS = usesTLS
        try self.logIn(parts.login)
    }

    /// The most sentinels or servers that a URL names: each gets a connection.
    private static let mostPlaces = 16

    private static func addresses(
        _ text: Substring,
        of kind: String,
        standardPort: Int
    ) throws(RedisURLError) -> [Address] {
        let places = text.split(separator: ",", omittingEmptySubsequences: false)
        guard places.count <= Self.mostPlaces else {
            throw RedisURLError("a Redis URL names at most \(Self.mostPlaces) \(kind)")
        }
        var addresses: [Address] = []
        for place in places { addresses.append(try Self.address(place, standardPort: standardPort)) }
        return addresses
    }

    /// What stands between the scheme and the end of an address in a network.
    private struct NetworkParts {
        let login: Substring?
        let place: Substring
        let path: Substring?

        init(_ text: Substring) throws(RedisURLError) {
            guard text.hasPrefix("//") else { throw RedisURLError("after the scheme of a Redis URL comes //") }
            guard !text.contains("#") else { throw .fragment }
            let (authority, path) = text.dropFirst(2).split(atFirst: "/")
            guard !authority.contains("?"), path?.contains("?") != true else {
                throw RedisURLError("a Redis URL has no query; the database is its path, as in /1")
            }
            // The last one: a password that was not encoded may have others.
            (self.login, self.place) = authority.splitAtLast("@")
            self.path = path
        }
    }

    private init(socket text: Substring) throws(RedisURLError) {
        guard !text.contains("#") else { throw .fragment }
        let (place, query) = text.split(atFirst: "?")
        var path = place
        var login: Substring?
        if place.hasPrefix("//") {
            let (authority, rest) = place.dropFirst(2).split(atFirst: "/")
            let (found, host) = authority.splitAtLast("@")
            guard host.isEmpty, rest != nil else {
                throw RedisURLError("a unix: URL has an absolute path and no host")
            }
            login = found
            path = place[authority.endIndex...]
        }
        guard path.hasPrefix("/"), path.count > 1 else {
            throw RedisURLError("a unix: URL has an absolute path and no host")
        }
        self.init(address: .socket(path: try path.percentDecoded()))
        try self.logIn(login)
        guard let query else { return }
        guard query.hasPrefix("db=") else { throw RedisURLError("a unix: URL may have the query db=n and no other") }
        try self.select(query.dropFirst(3))
    }

    private static func address(
        _ place: Substring,
        standardPort: Int = 6379
    ) throws(RedisURLError) -> Address {
        var host = place
        var port: Substring?
        if place.hasPrefix("[") {
            guard let bracket = place.firstIndex(of: "]") else {
                throw RedisURLError("the IPv6 address of a Redis URL lacks its closing bracket")
            }
            host = place[place.index(after: place.startIndex)..<bracket]
            let rest = place[place.index(after: bracket)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw RedisURLError("after the IPv6 address of a Redis URL comes :port or nothing")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            (host, port) = place.split(atFirst: ":")
            guard port?.contains(":") != true else {
                throw RedisURLError("an IPv6 address in a Redis URL stands in brackets")
            }
        }
        guard !host.isEmpty else { throw RedisURLError("a Redis URL names a host") }
        return .host(
            try host.percentDecoded(),
            port: try port.map { text throws(RedisURLError) in try Self.port(text) } ?? standardPort
        )
    }

    private static func port(_ text: Substring) throws(RedisURLError) -> Int {
        guard let port = Int(text), (1...65535).contains(port) else {
            throw RedisURLError("the port of a Redis URL is a number from 1 to 65535")
        }
        return port
    }

    private mutating func logIn(_ login: Substring?) throws(RedisURLError) {
        guard let login else { return }
        let (user, password) = login.split(atFirst: ":")
        if !user.isEmpty { self.user = try user.percentDecoded() }
        // An empty password counts as none, unless there is a user: Redis may accept any password for that user.
        guard let password, !user.isEmpty || !password.isEmpty else { return }
        self.password = Password(try password.percentDecoded())
    }

    private mutating func select(_ text: Substring) throws(RedisURLError) {
        guard let database = Int(text), (0...65535).contains(database) else {
            throw RedisURLError("the database of a Redis URL is a number, 0 or greater")
        }
        self.database = database
    }
}

extension RedisURLError {
    fileprivate static let scheme = RedisURLError(
        "a Redis URL begins with redis://, redis-sentinel:// or redis-cluster://, or with rediss in place of redis, or with unix:"
    )
    fileprivate static let fragment = RedisURLError("a Redis URL has no #; in a password it is written %23")
}

extension Substring {
    /// The text before the first such character, and the text after it, if there is one.
    fileprivate func split(atFirst character: Character) -> (Substring, Substring?) {
        guard let index = self.firstIndex(of: character) else { return (self, nil) }
        return (self[..<index], self[self.index(after: index)...])
    }

    /// The text before the last such character, if there is one, and the text after it.
    fileprivate func splitAtLast(_ character: Character) -> (Substring?, Substring) {
        guard let index = self.lastIndex(of: character) else { return (nil, self) }
        return (self[..<index], self[self.index(after: index)...])
    }

    fileprivate func percentDecoded() throws(RedisURLError) -> String {
        var bytes: [UInt8] = []
        var rest = self.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let decoded = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw RedisURLError("in a Redis URL, % is followed by two hexadecimal digits") }
            rest = rest.dropFirst(2)
            bytes.append(decoded)
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw RedisURLError("a Redis URL is UTF-8 when it is decoded")
        }
        return text
    }
}
