/// One of several independent servers, and its name among them.
package struct RedisServer: Equatable, Sendable {
    /// What it is called in the list of servers.
    ///
    /// Rooms are spread by the names. So a server that an operator has given a name keeps its rooms at another address.
    package var name: String
    package var url: RedisURL

    /// Makes a server with a name; it has no comma, space or line break.
    package init(name: String, url: RedisURL) { (self.name, self.url) = (name, url) }
}

extension RedisServer {
    /// The most characters of a name.
    private static let longestName = 64
    /// The most servers: each gets two connections of every node, and a lease of every event loop.
    private static let mostServers = 16

    /// Reads servers as an operator lists them: `URL` or `NAME=URL`, one in a line, or with commas between.
    ///
    /// A comma within a URL, as between two sentinels, is none between two servers: those follow it by a scheme or a name.
    ///
    /// - Parameter text: The list.
    /// - Returns: The servers; the name of the only one counts nowhere.
    /// - Throws: ``RedisURLError``, which says what is wrong without repeating any of it.
    package static func list(_ text: String) throws(RedisURLError) -> [RedisServer] {
        var servers: [RedisServer] = []
        var named = 0
        for entry in Self.entries(text) {
            let (given, rest) = Self.named(entry)
            let url = try RedisURL(String(rest))
            if given != nil { named += 1 }
            servers.append(RedisServer(name: given.map(String.init) ?? url.listName, url: url))
        }
        guard !servers.isEmpty else { _ = try RedisURL(text); return [] }
        guard servers.count > 1 else { return servers }
        guard !servers.contains(where: \.url.isOfCluster) else {
            throw RedisURLError("a Redis Cluster spreads the rooms by itself, and is none of several servers")
        }
        guard servers.count <= Self.mostServers else {
            throw RedisURLError("rooms are spread over at most \(Self.mostServers) Redis servers")
        }
        guard named == 0 || named == servers.count else {
            throw RedisURLError("either all Redis servers have names, as in a=redis://…, or none has")
        }
        guard Set(servers.map(\.name)).count == servers.count else {
            throw RedisURLError("two Redis servers have the same name or address")
        }
        guard Set(servers.map { "\($0.url.listName)" }).count == servers.count else {
            throw RedisURLError("two Redis servers have the same address and database")
        }
        guard servers.allSatisfy({ !$0.name.contains(where: { $0 == "," || $0.isWhitespace }) }) else {
            throw RedisURLError("a Redis server whose address has a comma or a space needs a name, as in a=redis://…")
        }
        return servers
    }

    private static func entries(_ text: String) -> [Substring] {
        var entries: [Substring] = []
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line.trimmingSpaces
            while line.last == "," { line = line.dropLast().trimmingSpaces }
            var pieces: [Substring] = []
            for piece in line.split(separator: ",", omittingEmptySubsequences: false) {
                guard let last = pieces.last, !Self.beginsServer(piece) else {
                    pieces.append(piece)
                    continue
                }
                pieces[pieces.count - 1] = line[last.startIndex..<piece.endIndex]
            }
            entries += pieces
        }
        return entries.map { $0.trimmingSpaces }.filter { !$0.isEmpty }
    }

    private static let schemes = [
        "redis", "rediss", "redis-sentinel", "rediss-sentinel", "redis-cluster", "rediss-cluster", "unix", "redis+unix",
    ]

    private static func beginsServer(_ text: Substring) -> Bool {
        let url = Self.named(text.trimmingSpaces).url
        guard let colon = url.firstIndex(of: ":") else { return false }
        return Self.schemes.contains(url[..<colon].lowercased())
    }

    /// The name before a URL, if there is one.
    private static func named(_ entry: Substring) -> (name: Substring?, url: Substring) {
        guard let equals = entry.firstIndex(of: "=") else { return (nil, entry) }
        let name = entry[..<equals]
        let isName =
            (1...Self.longestName).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
        return isName ? (name, entry[entry.index(after: equals)...]) : (nil, entry)
    }
}

extension RedisURL {
    /// What the server is called in a list without a given name: its place, or the name that sentinels know it by.
    fileprivate var listName: String {
        switch self.target {
        case .server(let address): "\(address)/\(self.database)"
        case .primary(let name, sentinels: _): "\(name)/\(self.database)"
        case .cluster(let seeds): seeds.map { "\($0)" }.joined(separator: "+")
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
