import ChatCore
import ChatSystem
import CoreMetrics
import NIOCore

/// The names of the metrics; they are an interface, and never change.
enum MetricName {
    /// Messages that clients of this node have published, and that are stored.
    static let published = "chat_messages_published_total"
    /// Messages times the members that they were written for; replays are not counted.
    static let deliveries = "chat_deliveries_total"
    /// Text messages of WebSockets that came from clients: commands.
    static let received = "chat_websocket_messages_received_total"
    /// Text messages of WebSockets that were written for clients, and events of streams: replies and events of every kind.
    static let sent = "chat_websocket_messages_sent_total"
    /// The time from a message's `time` until it is written for the members of a loop, in milliseconds.
    static let latency = "chat_delivery_latency_milliseconds"
    /// Connections of a shard.
    static let connections = "chat_connections"
    /// Rooms that a shard has; one with members on several loops is in each of them.
    static let rooms = "chat_shard_rooms"
    /// Users in rooms of a shard; one in two rooms counts twice.
    static let members = "chat_shard_members"
    /// What a limit has refused, by the name of the limit.
    static let refused = "chat_refused_total"
    /// Bytes that wait for clients, or are parts of their messages.
    static let buffered = "chat_buffered_bytes"
}

/// The counters of one shard: each count is an addition to a number that no other loop writes.
struct ShardMetrics {
    private let published: Counter
    private let deliveries: Counter
    private let received: Counter
    private let sent: Counter
    private let latency: Recorder
    private let connections: Gauge
    private let rooms: Gauge
    private let members: Gauge

    init(shard: String, of registry: MetricsRegistry) {
        let dimensions = [("shard", shard)]
        self.published = Counter(label: MetricName.published, dimensions: dimensions, factory: registry)
        self.deliveries = Counter(label: MetricName.deliveries, dimensions: dimensions, factory: registry)
        self.received = Counter(label: MetricName.received, dimensions: dimensions, factory: registry)
        self.sent = Counter(label: MetricName.sent, dimensions: dimensions, factory: registry)
        self.latency = Recorder(label: MetricName.latency, dimensions: dimensions, factory: registry)
        self.connections = Gauge(label: MetricName.connections, dimensions: dimensions, factory: registry)
        self.rooms = Gauge(label: MetricName.rooms, dimensions: dimensions, factory: registry)
        self.members = Gauge(label: MetricName.members, dimensions: dimensions, factory: registry)
    }

    /// A client's message is stored.
    func didPublish() { self.published.increment() }

    /// A command came.
    func didReceive() { self.received.increment() }

    /// A reply or an event was written for one client.
    func didSend() { self.sent.increment() }

    /// A room's frames were written for its live members.
    func didDeliver(_ tally: DeliveryTally, to members: Int) {
        guard members > 0, tally.frames > 0 else { return }
        self.sent.increment(by: tally.frames * members)
        guard tally.messages > 0 else { return }
        self.deliveries.increment(by: tally.messages * members)
        if let oldest = tally.oldest { self.latency.record(WallClock.now() - oldest) }
    }

    /// The present numbers.
    func measure(connections: Int, rooms: Int, members: Int) {
        self.connections.record(connections)
        self.rooms.record(rooms)
        self.members.record(members)
    }
}

/// The counts of the frames that wait in a room for the next flush.
struct DeliveryTally {
    private(set) var frames = 0
    private(set) var messages = 0
    /// The time of the first message, in milliseconds since the Unix epoch: the latency of a flush is that of its
    /// oldest message.
    private(set) var oldest: Int?

    /// A frame was added.
    mutating func addFrame() { self.frames += 1 }

    /// The frame that was added is a message.
    mutating func addMessage(_ payload: ByteBuffer) {
        if self.messages == 0 { self.oldest = PublicationCodec.time(of: payload) }
        self.messages += 1
    }
}
