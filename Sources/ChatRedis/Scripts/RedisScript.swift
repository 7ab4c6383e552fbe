internal import ChatCore

/// The scripts that run inside Redis, each atomically.
///
/// Nothing comes between the steps of a script, so those that are wrong without each other (a number without its message, a
/// message without its publication) are in one. But Redis takes nothing back: when it refuses a step, those before it are
/// done. So a script looks first whether the later ones are allowed, or goes on without them.
enum RedisScript: CaseIterable {
    /// Writes and publishes a meaningless value, in the same way as a message.
    case probe
    /// De-duplicates, numbers, stores and publishes a message.
    case send
    /// Takes the text of a message out of the log, and tells of it.
    case delete
    /// Reads part of a room's log, and its head.
    case read
    /// Gives a log that was rolled back another epoch.
    case replaceEpoch
    /// Makes a user a member.
    case enter
    /// Removes a member.
    case leave
    /// Replaces a holder's members in a room by exactly these.
    case restore
    /// Removes members of a dead holder.
    case sweep
    /// Reads the state of a room.
    case look
    /// Reads the holders of a room's members.
    case holders
    /// Makes the records of a room's members consistent.
    case mend
    /// Renews a holder's lease.
    case renewLease
    /// Lets a holder's lease end soon.
    case endLease
    /// Reads the leases of all holders.
    case lookAtLeases
    /// Records the new state of a holder.
    case judgeLease
    /// Gives a member another name.
    case renameMember
    /// Reads some members.
    case members
    /// Summarises a room for a list.
    case summary
    /// Reads a session and restarts its time to live.
    case readSession
    /// Writes a session, and informs all nodes if requested.
    case writeSession
    /// Removes every message of a room.
    case clear
    /// Adds rulings of moderators, and informs all nodes.
    case putRulings
    /// Removes a ruling, and informs all nodes.
    case liftRuling
    /// Takes what was spent out of an account.
    case settle
    /// Lets a node hear itself.
    case beat
    /// Reads the lists of servers, and adds to them.
    case roll

    fileprivate func parts(in form: RedisForm) -> [String] {
        switch self {
        case .probe: [ProbeScript.probe]
        case .send: [SendScript.send]
        case .delete: [DeleteScript.delete]
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
        case .clear: [LogScripts.clear]
        case .putRulings: [RulingScripts.put]
        case .liftRuling: [RulingScripts.lift]
        case .settle: [BudgetScript.settle]
        case .beat: form.isCluster ? [ClusterScripts.beat] : [LogScripts.epoch, ServiceScripts.beat]
        case .roll: [ListScripts.roll]
        }
    }

    /// Whether the script may make the room of its first key, as a condition in Lua; for a server that is one of several.
    ///
    /// Nil for scripts that a server carries out for rooms of others too: they touch no room, clean up or only look.
    fileprivate var makesRoom: String? {
        switch self {
        case .send, .enter, .restore: "true"
        case .read: "ARGV[5] == '1'"
        case .members: "tonumber(ARGV[6]) > 0"
        case .delete, .replaceEpoch, .renameMember, .clear: "false"
        case .probe, .leave, .sweep, .look, .holders, .mend, .renewLease, .endLease, .lookAtLeases, .judgeLease,
            .summary, .readSession, .writeSession, .putRulings, .liftRuling, .settle, .beat, .roll:
            nil
        }
    }
}

/// All scripts, with a broker's limits in them: constant values need not be sent with each message.
struct RedisScriptSet {
    /// The time for which a room's epoch outlives its last message and its last member.
    static let roomSeconds = 48 * 3600

    /// The number of seconds whose keys share their buckets.
    private static let keyWindow: Int64 = 12 * 3600

    /// The most members that a script removes: Redis does nothing else meanwhile.
    static let sweepLimit = 200

    /// The time for which a room's epoch is kept, in seconds: it outlives the log.
    let roomSeconds: Int64

    let form: RedisForm
    private let constants: [(name: String, value: String)]
    /// The servers among which this one is; nil: it has all rooms.
    private let list: RedisServerList?

    init(log: LogLimits, form: RedisForm = .server, list: RedisServerList? = nil) {
        (self.form, self.list) = (form, list)
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
            ("ACCOUNT_MS", 24 * 3600 * 1000),
            ("PAGE_BYTES", Int64(LogPage.maximumBytes)),
            ("SWEEP_LIMIT", Int64(Self.sweepLimit)),
            ("MOST_LISTS", 16),
            // Nodes ask for lists every 3 s.
            ("LEAVE_SECONDS", 5),
        ]
        // Redis takes a text unchanged; formatting a number in Lua is slow.
        self.constants =
            numbers.map { ($0.0, String($0.1)) } + [
                ("LOG_MESSAGES", "'\(log.messages)'"),
                ("ROOM_PUBLISH", "'\(form.publish)'"),
                // No node of the first layout can use a Cluster.
                ("HAS_LEGACY_KEYS", form.isCluster ? "false" : "true"),
            ]
    }

    var all: [RedisScript] { RedisScript.allCases.filter { self.list != nil || $0 != .roll } }

    /// The commands that load them, in the order of ``all``.
    var loadCommands: [RedisCommand] {
        self.all.map { RedisCommand("SCRIPT", "LOAD", self.source(of: $0)) }
    }

    private func source(of script: RedisScript) -> String {
        let body = script.parts(in: self.form).joined(separator: "\n")
        // By words: a search in a string goes by characters, and took 60 ms for all scripts, at each connection.
        let words = Set(body.utf8.split { !Self.isOfName($0) }.map { String(Substring($0)) })
        let constants = self.constants.filter { words.contains($0.name) }.map { "local \($0.name) = \($0.value)\n" }
        // The link appends the run of Redis to the arguments of every script: a request may outlive a run.
        return constants.joined() + "local RUN = ARGV[#ARGV]\nARGV[#ARGV] = nil\n" + self.admission(script) + body
    }

    /// Whether a byte may be part of a constant's name.
    private static func isOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
    }

    /// The steps before a script where the server is one of several.
    private func admission(_ script: RedisScript) -> String {
        guard self.list != nil else { return "" }
        let admit = script.makesRoom.map { ListScripts.admit(makesRoom: $0) + "\n" } ?? ""
        return ListScripts.arguments + "\n" + admit
    }

    /// The arguments that follow those of every script.
    ///
    /// - Parameters:
    ///   - run: The run of Redis that the connection leads to.
    ///   - layout: The key of the layout.
    ///   - number: The number of the node's list of servers at this server, if it is known.
    /// - Returns: The arguments, the last one first taken.
    func tail(run: String, layout: String, number: String) -> RedisCommand {
        guard let list else { return RedisCommand(run) }
        return RedisCommand(layout, number, list.name, run)
    }
}
