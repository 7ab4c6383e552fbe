internal import ChatWords

/// The counts of one event loop of the generator; those of all loops are added up at the end.
struct LoadMeter: Sendable {
    /// The measured interval, in nanoseconds: messages that are due in it and bytes that arrive in it count.
    var interval = Int.max..<Int.max

    /// Messages that were sent, and their answers and deliveries, in the measured time.
    var sent = 0
    var acknowledged = 0
    var delivered = 0
    /// Bytes and reads of the measured time.
    var receivedBytes = 0
    var reads = 0
    /// Due messages that were not sent, because too many of the sender's messages had no answer.
    var withheld = 0
    /// The time from when a message was due to its `ok`, and to its delivery to each member.
    var ackLatency = LatencyHistogram()
    var deliveryLatency = LatencyHistogram()
    /// The delays with which messages went out.
    var lateness = LatencyHistogram()
    /// The counts of error codes and close codes of the server.
    var errors: [String: Int] = [:]
    /// Faults in the deliveries, over the whole run.
    var faults: [DeliveryCheck.Fault: Int] = [:]
    /// `gap` and `reset` events: messages that the server says it lost.
    var gaps = 0
    var resets = 0

    /// Connections that were open at the end.
    var living = 0
    /// The highest number that is known of each room of this loop's clients.
    var heads: [Int: Int] = [:]

    mutating func sent(due: Int, now: Int) {
        guard self.interval.contains(due) else { return }
        self.sent += 1
        self.lateness.record(now - due)
    }

    mutating func acknowledged(due: Int, now: Int) {
        if self.interval.contains(now) { self.acknowledged += 1 }
        if self.interval.contains(due) { self.ackLatency.record(now - due) }
    }

    mutating func delivered(due: Int, now: Int) {
        if self.interval.contains(now) { self.delivered += 1 }
        if self.interval.contains(due) { self.deliveryLatency.record(now - due) }
    }

    mutating func read(_ bytes: Int, now: Int) {
        guard self.interval.contains(now) else { return }
        self.receivedBytes += bytes
        self.reads += 1
    }

    mutating func error(_ name: String) { self.errors[name, default: 0] += 1 }

    mutating func raise(room: Int, to seq: Int) {
        if seq > self.heads[room, default: 0] { self.heads[room] = seq }
    }

    /// Adds the counts of another loop.
    mutating func add(_ other: Self) {
        self.sent += other.sent
        self.acknowledged += other.acknowledged
        self.delivered += other.delivered
        self.receivedBytes += other.receivedBytes
        self.reads += other.reads
        self.withheld += other.withheld
        self.ackLatency.add(other.ackLatency)
        self.deliveryLatency.add(other.deliveryLatency)
        self.lateness.add(other.lateness)
        self.errors.merge(other.errors) { $0 + $1 }
        self.faults.merge(other.faults) { $0 + $1 }
        self.gaps += other.gaps
        self.resets += other.resets
        self.living += other.living
        self.heads.merge(other.heads) { max($0, $1) }
    }
}
