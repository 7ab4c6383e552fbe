internal import ChatCore

/// The scripts that run inside Redis, each atomically.
///
/// A script answers either whole or not at all: what changes nothing without the rest (a number without its message, a
/// message that nobody is told of) is done in one of them.
enum RedisScript: CaseIterable {
    /// Writes and publishes something that does not matter, as a message is written and published.
    case probe
    /// De-duplicates, numbers, stores and publishes a message.
    case send
    /// Reads some of a room's log, and how far it has come.
    case read
    /// Gives a log that was rolled back another epoch.
    case replaceEpoch
    /// Makes a user a member.
    case enter
    /// Takes a member away.
    case leave
    /// Makes what a holder has in a room exactly what is said.
    case restore
    /// Takes away members of a holder that is dead.
    case sweep
    /// Tells how a room is.
    case look
    /// Tells whose members are in a room.
    case holders
    /// Makes the records of a room's members agree.
    case mend
    /// Renews a holder's lease.
    case renewLease
    /// Lets a holder's lease end soon.
    case endLease
    /// Reads the leases of all holders.
    case lookAtLeases
    /// Writes down what has become of a holder.
    case judgeLease
    /// Gives a member another name.
    case renameMember
    /// Reads some members.
    case members
    /// Sums a room up for a list.
    case summary
    /// Reads a session and restarts its time to live.
    case readSession
    /// Writes a session, and tells all nodes of it where that is asked.
    case writeSession
    /// Lets a node hear itself.
    case beat

    fileprivate var parts: [String] {
        switch self {
        case .probe: [ProbeScript.probe]
        case .send: [SendScript.send]
        case .read: [LogScripts.epoch, LogScripts.read]
        case .replaceEpoch: [LogScripts.replaceEpoch]
        case .enter: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.enter]
        case .leave: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.leave]
        case .restore: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.restore]
        case .sweep: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.sweep]
        case .look: [PresenceScripts.agree, PresenceScripts.look]
        case .holders: [PresenceScripts.holders]
        case .mend: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.mend]
        case .renewLease: [LogScripts.epoch, LeaseScripts.renewLease]
        case .endLease: [LogScripts.epoch, LeaseScripts.endLease]
        case .lookAtLeases: [LogScripts.epoch, LeaseScripts.lookAtLeases]
        case .judgeLease: [LogScripts.epoch, LeaseScripts.judgeLease]
        case .renameMember:
            [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.renameMember]
        case .members: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.members]
        case .summary: [LogScripts.epoch, PresenceScripts.agree, PresenceScripts.presence, PresenceScripts.summary]
        case .readSession: [SessionScripts.readSession]
        case .writeSession: [SessionScripts.writeSession]
        case .beat: [LogScripts.epoch, ServiceScripts.beat]
        }
    }
}

/// All scripts, with a broker's limits in them: what never changes need not be sent with each message.
struct RedisScriptSet {
    /// How long a room's epoch outlives its last message and its last member.
    static let roomSeconds = 48 * 3600

    /// How many seconds of keys share their buckets.
    private static let keyWindow: Int64 = 12 * 3600

    /// The most members that a script takes away: Redis does nothing else meanwhile.
    static let sweepLimit = 200

    /// How long a room's epoch is kept, in seconds: it outlives the log.
    let roomSeconds: Int64

    private let constants: [(name: String, value: String)]

    init(log: LogLimits) {
        let retention = max(1, log.retention.components.seconds)
        let renewal = max(1, min(60, retention / 100))
        let keys = max(1, log.deduplication.components.seconds)
        self.roomSeconds = max(Int64(Self.roomSeconds), 2 * retention) + renewal
        let numbers: [(String, Int64)] = [
            ("RUNS", Int64(LogRuns.maximum)),
            ("RENEWAL_MS", 1000 * renewal),
            ("LOG_SECONDS", retention + renewal),
            ("ROOM_SECONDS", self.roomSeconds),
            ("KEY_SECONDS", keys),
            ("KEY_WINDOW", 1000 * Self.keyWindow),
            ("KEY_LOAD", 40),
            ("MOST_KEYS", 1 << 48),
            ("BUCKET_SECONDS", keys + Self.keyWindow),
            ("SESSION_SECONDS", max(1, log.sessions.components.seconds)),
            ("GUEST_SECONDS", max(1, min(log.guestSessions, log.sessions).components.seconds)),
            ("PAGE_BYTES", Int64(LogPage.maximumBytes)),
            ("SWEEP_LIMIT", Int64(Self.sweepLimit)),
        ]
        // A text is what Redis takes as it is: to write a number as one is slow.
        self.constants = numbers.map { ($0.0, String($0.1)) } + [("LOG_MESSAGES", "'\(log.messages)'")]
    }

    var all: [RedisScript] { RedisScript.allCases }

    /// The commands that load them, in the order of ``all``.
    var loadCommands: [RedisCommand] {
        self.all.map { RedisCommand("SCRIPT", "LOAD", self.source(of: $0)) }
    }

    private func source(of script: RedisScript) -> String {
        let body = script.parts.joined(separator: "\n")
        let constants = self.constants.filter { body.contains($0.name) }.map { "local \($0.name) = \($0.value)\n" }
        // The run of Redis is what the link appends to the arguments of every script: a request may outlive a run.
        return constants.joined() + "local RUN = ARGV[#ARGV]\nARGV[#ARGV] = nil\n" + body
    }
}
