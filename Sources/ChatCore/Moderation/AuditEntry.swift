internal import NIOCore

/// What a moderator did: who, what, to whom, and why.
package struct AuditEntry: Equatable, Sendable {
    /// When, in milliseconds since the Unix epoch.
    package var time: Int
    /// Who did it.
    package var issuer: String
    /// What was done, by the verb of the command: `ban`, `clear`.
    package var verb: String
    /// To whom: a user's id, a network, a token; empty for a room as a whole.
    package var target: String
    /// Where; nil: on the whole server.
    package var room: RoomName?
    /// Until when it holds, in milliseconds since the Unix epoch.
    package var until: Int?
    /// More about it, for programs: the seconds of slow mode, the number of words.
    package var amount: Int?
    /// Why.
    package var reason: String

    package init(
        time: Int,
        issuer: String,
        verb: String,
        target: String = "",
        room: RoomName? = nil,
        until: Int? = nil,
        amount: Int? = nil,
        reason: String = ""
    ) {
        (self.time, self.issuer, self.verb, self.target) = (time, issuer, verb, target)
        (self.room, self.until, self.amount, self.reason) = (room, until, amount, reason)
    }

    /// The record of an order that was carried out.
    package init(_ order: Order, time: Int, issuer: String, ruling: Ruling?) {
        let matter: Ruling.Matter? =
            switch order.act {
            case .put(let matter), .lift(let matter): matter
            case .clear: nil
            }
        self.init(
            time: time,
            issuer: issuer,
            verb: order.verb,
            target: matter?.shownTarget ?? "",
            room: order.room,
            until: ruling?.expiresAt,
            amount: matter?.amount,
            reason: order.reason.rawValue
        )
        if case .lift = order.act, self.amount != nil { self.amount = 0 }
    }
}

extension AuditEntry {
    /// The record of a message that was deleted.
    package init(_ deletion: Deletion, reason: Reason, time: Int, issuer: String) {
        let message = "message \(deletion.seq)"
        self.init(
            time: time,
            issuer: issuer,
            verb: "delete",
            target: message,
            room: deletion.room,
            reason: reason.rawValue
        )
    }
}

extension Ruling.Matter {
    /// Those who are meant, in words.
    package var shownTarget: String {
        switch self {
        case .ban(let target, _), .mute(let target, _): target.description
        case .kick(let user, _): user.rawValue
        case .revocation(.token(let id)): "token \(id)"
        case .revocation(.user(let user, before: _)): "tokens of \(user)"
        case .revocation(.all): "all tokens"
        case .reserved(let name, for: let user): user.rawValue.isEmpty ? name.rawValue : "\(name) for \(user)"
        case .closed, .slow, .words: ""
        }
    }

    fileprivate var amount: Int? {
        switch self {
        case .slow(_, let seconds): seconds
        case .words(_, let words): words.count
        case .ban, .mute, .kick, .revocation, .closed, .reserved: nil
        }
    }
}

extension Ruling.Target: CustomStringConvertible {
    package var description: String {
        switch self {
        case .user(let id): id.rawValue
        case .network(let network): network.description
        }
    }
}

/// Some entries of the record, oldest first.
package struct AuditPage: Equatable, Sendable {
    package var entries: [AuditEntry]
    /// Where older ones go on; nil when there are none.
    package var cursor: String?

    package init(entries: [AuditEntry], cursor: String?) {
        self.entries = entries
        self.cursor = cursor
    }

    /// The most entries that a broker keeps.
    package static let maximumKept = 10_000
    /// The most entries of a page.
    package static let maximumEntries = 200

    /// Reads a cursor: the number, and behind a `-` the second number, of the entry before which to go on.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command`.
    package static func checkedCursor(_ raw: String) throws(ProtocolError) -> String {
        let parts = raw.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let areNumbers = parts.allSatisfy {
            (1...19).contains($0.count) && $0.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard parts.count <= 2, areNumbers else { throw .badCommand("cursor is one that an earlier answer gave") }
        return raw
    }
}
