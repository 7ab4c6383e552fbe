package import ChatCore

// What a server of several knows of the lists of servers.
extension RedisBroker {
    /// The lists that a server knows, compared with the node's.
    package struct Lists: Equatable, Sendable {
        /// The names of the newest list; none if there is none.
        package var newest: [String]
        /// The names of the last list that held; none if none did.
        package var held: [String]
        /// Whether the node's list came before the newest one.
        package var isOutdated: Bool
        /// Whether nodes without a list use the server.
        package var hasLoners: Bool
    }

    /// What to do with the lists before they are read.
    package enum ListChange: String, Sendable {
        case read, raise, settle
    }

    /// Reads the lists of the server, after a change of them.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach, or is none of several.
    package func lists(after change: ListChange = .read) async throws(BrokerError) -> Lists {
        guard let list = self.configuration.list else { throw .isOneOfSeveral }
        let request = RedisRequest(.roll, keys: self.keys.layout, self.keys.rooms) {
            $0.append(change.rawValue)
            $0.append(list.text)
            $0.append(list.name)
            $0.append(self.keys.control)
            $0.append(self.keys.listChannel)
        }
        guard let endpoint = self.endpoints.endpoint(of: self.keys.layout) else { throw .isAway }
        let reply = try await endpoint.commands.perform(request)
        guard let parts = reply.array, parts.count == 5, let newest = parts[0].string, let held = parts[1].string,
            let number = parts[2].string
        else { throw .isUnintelligible }
        for link in [endpoint.commands, endpoint.logLink] where link.listNumber != number { link.listNumber = number }
        return Lists(
            newest: newest.split(separator: ",").map(String.init),
            held: held.split(separator: ",").map(String.init),
            isOutdated: parts[3].integer == 1,
            hasLoners: parts[4].integer == 1
        )
    }
}
