package import ChatClient
package import ChatCore
internal import ChatWords

/// The plan of a run of `chat-cli bench`, and the part of each client in it.
package struct BenchPlan: Sendable {
    /// The speed of the senders.
    package enum Pace: Equatable, Sendable {
        /// Messages in a second of all senders together, each at its time whether or not the server keeps up.
        case rate(Double)
        /// The number of messages that each sender has under way; the next one goes out when one has come back.
        case window(Int)
    }

    /// The nodes of one chat.
    package var servers: [ServerAddress]
    /// Connections, each of one user in one room.
    package var clients: Int
    /// The rooms, of this run alone.
    package var rooms: [RoomName]
    /// The number of clients in each room that send; 0: none.
    package var senders: Int
    package var pace: Pace
    /// Bytes of a text.
    package var size: Int
    /// Whether messages have an idempotency key, as those of real clients do.
    package var hasKeys: Bool
    /// The time that is measured.
    package var duration: Duration
    /// The time of load before that.
    package var warmup: Duration
    /// Event loops of the generator.
    package var threads: Int
    /// The prefix of this run's names and keys.
    package var run: String

    package init(
        servers: [ServerAddress],
        clients: Int,
        rooms: [RoomName],
        senders: Int,
        pace: Pace,
        size: Int,
        hasKeys: Bool,
        duration: Duration,
        warmup: Duration,
        threads: Int,
        run: String
    ) {
        self.servers = servers
        self.clients = clients
        self.rooms = rooms
        self.senders = senders
        self.pace = pace
        self.size = size
        self.hasKeys = hasKeys
        self.duration = duration
        self.warmup = warmup
        self.threads = threads
        self.run = run
    }

    /// The smallest text: a token (``BenchToken``) has to fit.
    package static let minimumSize = BenchToken.count
}

extension BenchPlan {
    /// The room of a client: the clients are dealt out one by one.
    func room(of client: Int) -> Int { client % self.rooms.count }

    /// The server of a client: the members of a room are spread over all.
    func server(of client: Int) -> Int { client / self.rooms.count % self.servers.count }

    /// The event loop of a client.
    func thread(of client: Int) -> Int { client % self.threads }

    /// The number of a client among the senders, which are the first ones in their rooms; nil for one that only reads.
    func sender(_ client: Int) -> Int? { client < self.senderCount ? client : nil }

    /// The number of clients that send.
    var senderCount: Int { min(self.senders * self.rooms.count, self.clients) }

    /// The number of clients in a room.
    func members(of room: Int) -> Int {
        self.clients / self.rooms.count + (room < self.clients % self.rooms.count ? 1 : 0)
    }

    /// The plan as one line for people.
    var summary: String {
        let place = Sentence(
            "{clients} in {rooms}",
            ["clients": Decimals.count(self.clients, "client"), "rooms": Decimals.count(self.rooms.count, "room")]
        )
        guard self.senderCount > 0 else { return place.text() + ", " + Sentence("nobody sends").text() }
        let pace =
            switch self.pace {
            case .rate(let rate):
                Sentence("{rate} messages/s in all", ["rate": Decimals.grouped(Int(rate.rounded()))])
            case .window(let window): Sentence("{window} under way for each sender", ["window": "\(window)"])
            }
        let senders = Sentence("{senders} in each", ["senders": Decimals.count(self.senders, "sender")])
        let size = Sentence("{size} bytes", ["size": "\(self.size)"])
        return [place, senders, pace, size].map { $0.text() }.joined(separator: ", ")
    }
}
