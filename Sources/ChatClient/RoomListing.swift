public import ChatCore
internal import NIOCore
internal import NIOHTTP1

/// The rooms of a server, read over HTTP: `GET /api/rooms` (docs/PROTOCOL.md, section 8).
public struct RoomListing: Sendable {
    /// A room in the server's index; the index may lag by seconds.
    public struct Room: Equatable, Sendable {
        /// Its name.
        public var name: RoomName
        /// The number of its members.
        public var memberCount: Int
        /// The number of its last message.
        public var seq: Int
        /// The time of that message, in milliseconds since the Unix epoch; nil when there is none.
        public var lastTime: Int?

        /// The room as one JSON object, with the fields of the protocol.
        public var json: String {
            var json = JSONWriter()
            json.field("room", self.name.rawValue)
            json.field("member_count", self.memberCount)
            json.field("seq", self.seq)
            if let lastTime { json.field("last_time", lastTime) }
            return String(buffer: json.finish())
        }
    }

    /// Some of the rooms.
    public struct Page: Equatable, Sendable {
        /// The rooms.
        public var rooms: [Room]
        /// The cursor of the next page; nil when there is none.
        public var cursor: RoomName?
    }

    private let connector: ServerConnector
    private let tokens: TokenProvider?
    private let session: SessionSecret?

    /// Makes a directory, without a request yet.
    ///
    /// - Parameter configuration: The server, and the token or the session of the user.
    /// - Throws: ``ClientError`` with the code `invalid`.
    public init(_ configuration: ChatClient.Configuration) throws(ClientError) {
        self.connector = try ServerConnector(
            configuration.server,
            trustedAuthorities: configuration.trustedAuthorities
        )
        self.tokens = configuration.tokens
        self.session = configuration.session
    }

    /// Requests a page of rooms.
    ///
    /// - Parameter cursor: The cursor of an earlier page; nil: the beginning.
    /// - Returns: Some rooms; the last ones when it has no cursor.
    /// - Throws: ``ClientError`` with the code `disconnected` or `refused`, or `bad_answer`.
    public func page(from cursor: RoomName? = nil) async throws(ClientError) -> Page {
        let query = cursor.map { "?cursor=" + PercentEncoding.encode($0.rawValue) } ?? ""
        let response: HTTPAnswer
        do throws(ConnectionFailure) {
            response = try await self.connector.get(
                self.connector.server.sibling("api/rooms") + query,
                token: try await self.token()
            )
        } catch {
            throw .disconnected(error)
        }
        let json = try? JSONValue(response.body)
        guard response.status == 200 else { throw Self.refusal(response.status, json?["error"]) }
        guard let json, let rooms = json["rooms"]?.array else { throw .badAnswer }
        return Page(
            rooms: rooms.compactMap(Room.init),
            cursor: json["cursor"]?.string.flatMap { try? RoomName($0) }
        )
    }

    private func token() async throws(ConnectionFailure) -> String? {
        guard let tokens else { return self.session?.rawValue }
        do throws(TokenFailure) { return try await tokens.token() } catch { throw ConnectionFailure(error) }
    }

    static func refusal(_ status: Int, _ error: JSONValue?) -> ClientError {
        guard let code = error?["code"]?.shown else {
            return .disconnected(ConnectionFailure("the server answered with status \(status)", status: status))
        }
        return .refused(ProtocolError(ProtocolError.Code(code), error?["message"]?.shown ?? "status \(status)"))
    }
}

extension RoomListing.Room {
    /// A room whose name is not valid for this program is left out.
    init?(_ json: JSONValue) {
        guard
            let name = json["room"]?.string.flatMap({ try? RoomName($0) }),
            let memberCount = json["member_count"]?.count,
            let seq = json["seq"]?.count
        else { return nil }
        self.init(name: name, memberCount: memberCount, seq: seq, lastTime: json["last_time"]?.count)
    }
}
