package import ChatCore
internal import NIOCore
internal import NIOHTTP1

/// The admin API of a server, for somebody with its key (docs/PROTOCOL.md, section 8).
package struct AdminClient: Sendable {
    private let connector: ServerConnector
    private let key: String

    /// Makes a client, without a request yet.
    ///
    /// - Parameters:
    ///   - configuration: The server.
    ///   - key: The key; it goes into a header, and nowhere else.
    /// - Throws: ``ClientError`` with the code `invalid`.
    package init(_ configuration: ChatClient.Configuration, key: String) throws(ClientError) {
        self.connector = try ServerConnector(
            configuration.server,
            trustedAuthorities: configuration.trustedAuthorities
        )
        self.key = key
    }

    /// Gives an order.
    ///
    /// - Parameters:
    ///   - verb: What is to be done.
    ///   - body: To whom, where, for how long and why.
    /// - Returns: The ruling that holds now, or holds no more; nil where there is none.
    /// - Throws: ``ClientError`` with the code `disconnected`, `refused` or `bad_answer`.
    package func order(_ verb: Order.Verb, _ body: JSONWriter) async throws(ClientError) -> Ruling? {
        let json = try await self.request(.POST, "admin/\(verb.rawValue)", body)
        return json["ruling"].flatMap { try? Ruling($0) }
    }

    /// Deletes a message.
    ///
    /// - Parameter body: Which one, and why.
    /// - Throws: ``ClientError``, as ``order(_:_:)``; `refused` with `not_found` if the log does not keep it.
    package func delete(_ body: JSONWriter) async throws(ClientError) {
        _ = try await self.request(.POST, "admin/delete", body)
    }

    /// Some of the rulings.
    ///
    /// - Parameter cursor: The cursor of an earlier page; nil: the beginning.
    /// - Returns: The rulings, and the cursor of the next page.
    /// - Throws: ``ClientError``, as ``order(_:_:)``.
    package func rulings(from cursor: String?) async throws(ClientError) -> (rulings: [Ruling], cursor: String?) {
        let json = try await self.request(.GET, "admin/rulings" + (cursor.map { "?cursor=\($0)" } ?? ""))
        guard let rulings = json["rulings"]?.array else { throw .badAnswer }
        return (rulings.compactMap { try? Ruling($0) }, json["cursor"]?.string)
    }

    /// The newest entries of the record of what moderators did, oldest first.
    package func log(limit: Int) async throws(ClientError) -> [AuditEntry] {
        let json = try await self.request(.GET, "admin/log?limit=\(limit)")
        guard let entries = json["entries"]?.array else { throw .badAnswer }
        return entries.compactMap { AuditEntry($0) }
    }

    /// The connections of a user to the node that answers.
    package func connections(of user: UserID) async throws(ClientError) -> [JSONValue] {
        let path = "admin/users/\(PercentEncoding.encode(user.rawValue))/connections"
        guard let connections = try await self.request(.GET, path)["connections"]?.array else { throw .badAnswer }
        return connections
    }

    private func request(
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONWriter? = nil
    ) async throws(ClientError) -> JSONValue {
        var body = body
        let bytes = body?.finish()
        let answer: HTTPAnswer
        do throws(ConnectionFailure) {
            let path = self.connector.server.sibling(path)
            answer = try await self.connector.request(method, path, token: self.key, body: bytes)
        } catch {
            throw .disconnected(error)
        }
        let json = try? JSONValue(answer.body)
        guard (200..<300).contains(answer.status) else { throw RoomListing.refusal(answer.status, json?["error"]) }
        guard let json else { throw .badAnswer }
        return json
    }
}
