/// A request of a client to the server (docs/PROTOCOL.md, section 2); all names in it are valid.
///
/// This is the table of commands: each has its own file beside this one, with its fields, its rule, and its reading and
/// writing. A new command is a file and a row. The compiler reports most other places, and `ProtocolTableTests` some of
/// those that it cannot.
package enum Command: Equatable, Sendable {
    case hello(Hello)
    case join(Join)
    case leave(Leave)
    case send(Send)
    case typing(Typing)
    case members(Members)
    case history(History)
    case rename(Rename)
    case refresh(Refresh)
    case ping(Ping)
    case kick(Kick)
    case mute(Mute)
    case unmute(Unmute)
    case ban(Ban)
    case unban(Unban)
    case delete(Delete)
    case clear(Clear)
    case close(Close)
    case open(Open)
    case slow(Slow)
}

/// One kind of command.
protocol CommandForm: Equatable, Sendable {
    /// The rule for who may give it, and when.
    static var rule: CommandRule { get }
    /// The right in its room that it needs.
    static var needs: RoomRights { get }

    /// Reads it from the fields of a message.
    ///
    /// - Throws: ``ProtocolError`` for a field that is missing or wrong.
    init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError)

    /// Writes its fields besides type, id and room.
    func write(to json: inout JSONWriter)
}

extension CommandForm {
    static var needs: RoomRights { [] }
}

/// A command by which a moderator asks for something.
protocol ModeratorCommand: CommandForm {
    var room: RoomName { get }
    /// What it asks for.
    var order: Order { get }
}

extension ModeratorCommand {
    static var rule: CommandRule { .anybody }
    static var needs: RoomRights { .moderate }
}

extension JSONWriter {
    /// Writes a moderator's reason, if there is one.
    mutating func field(_ reason: Reason) {
        if !reason.rawValue.isEmpty { self.field("reason", reason.rawValue) }
    }
}

/// The rule for who may give a command, and when.
enum CommandRule {
    /// The first command of a connection, and no later one.
    case first
    /// Any user, in any room or none.
    case anybody
    /// A member of its room.
    case members
}

extension Command {
    /// The name of a command on the wire.
    package enum Name: String, CaseIterable, Sendable {
        case hello, join, leave, send, typing, members, history, rename, refresh, ping
        case kick, mute, unmute, ban, unban, delete, clear, close, open, slow

        /// Reads a word of the wire; nil if it is not a command.
        init?(_ text: JSONText) {
            switch text {
            case "hello": self = .hello
            case "join": self = .join
            case "leave": self = .leave
            case "send": self = .send
            case "typing": self = .typing
            case "members": self = .members
            case "history": self = .history
            case "rename": self = .rename
            case "refresh": self = .refresh
            case "ping": self = .ping
            case "kick": self = .kick
            case "mute": self = .mute
            case "unmute": self = .unmute
            case "ban": self = .ban
            case "unban": self = .unban
            case "delete": self = .delete
            case "clear": self = .clear
            case "close": self = .close
            case "open": self = .open
            case "slow": self = .slow
            default: return nil
            }
        }
    }

    package var name: Name {
        switch self {
        case .hello: .hello
        case .join: .join
        case .leave: .leave
        case .send: .send
        case .typing: .typing
        case .members: .members
        case .history: .history
        case .rename: .rename
        case .refresh: .refresh
        case .ping: .ping
        case .kick: .kick
        case .mute: .mute
        case .unmute: .unmute
        case .ban: .ban
        case .unban: .unban
        case .delete: .delete
        case .clear: .clear
        case .close: .close
        case .open: .open
        case .slow: .slow
        }
    }

    /// Reads a command of this name.
    init(_ name: Name, _ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
        switch name {
        case .hello: self = .hello(try Hello(fields, limits))
        case .join: self = .join(try Join(fields, limits))
        case .leave: self = .leave(try Leave(fields, limits))
        case .send: self = .send(try Send(fields, limits))
        case .typing: self = .typing(try Typing(fields, limits))
        case .members: self = .members(try Members(fields, limits))
        case .history: self = .history(try History(fields, limits))
        case .rename: self = .rename(try Rename(fields, limits))
        case .refresh: self = .refresh(try Refresh(fields, limits))
        case .ping: self = .ping(try Ping(fields, limits))
        case .kick: self = .kick(try Kick(fields, limits))
        case .mute: self = .mute(try Mute(fields, limits))
        case .unmute: self = .unmute(try Unmute(fields, limits))
        case .ban: self = .ban(try Ban(fields, limits))
        case .unban: self = .unban(try Unban(fields, limits))
        case .delete: self = .delete(try Delete(fields, limits))
        case .clear: self = .clear(try Clear(fields, limits))
        case .close: self = .close(try Close(fields, limits))
        case .open: self = .open(try Open(fields, limits))
        case .slow: self = .slow(try Slow(fields, limits))
        }
    }

    /// The room of the command.
    package var room: RoomName? {
        switch self {
        case .join(let join): join.room
        case .leave(let leave): leave.room
        case .send(let send): send.room
        case .typing(let typing): typing.room
        case .members(let members): members.room
        case .history(let history): history.room
        case .hello, .rename, .refresh, .ping: nil
        case .kick(let kick): kick.room
        case .mute(let mute): mute.room
        case .unmute(let unmute): unmute.room
        case .ban(let ban): ban.room
        case .unban(let unban): unban.room
        case .delete(let delete): delete.room
        case .clear(let clear): clear.room
        case .close(let close): close.room
        case .open(let open): open.room
        case .slow(let slow): slow.room
        }
    }

    /// What a moderator asks for by it; nil when it is no such command.
    package var order: Order? { (self.form as? any ModeratorCommand)?.order }

    var rule: CommandRule {
        switch self {
        case .hello: Hello.rule
        case .join: Join.rule
        case .leave: Leave.rule
        case .send: Send.rule
        case .typing: Typing.rule
        case .members: Members.rule
        case .history: History.rule
        case .rename: Rename.rule
        case .refresh: Refresh.rule
        case .ping: Ping.rule
        case .kick: Kick.rule
        case .mute: Mute.rule
        case .unmute: Unmute.rule
        case .ban: Ban.rule
        case .unban: Unban.rule
        case .delete: Delete.rule
        case .clear: Clear.rule
        case .close: Close.rule
        case .open: Open.rule
        case .slow: Slow.rule
        }
    }

    /// The right in its room that it needs.
    package var needs: RoomRights {
        switch self {
        case .hello: Hello.needs
        case .join: Join.needs
        case .leave: Leave.needs
        case .send: Send.needs
        case .typing: Typing.needs
        case .members: Members.needs
        case .history: History.needs
        case .rename: Rename.needs
        case .refresh: Refresh.needs
        case .ping: Ping.needs
        case .kick: Kick.needs
        case .mute: Mute.needs
        case .unmute: Unmute.needs
        case .ban: Ban.needs
        case .unban: Unban.needs
        case .delete: Delete.needs
        case .clear: Clear.needs
        case .close: Close.needs
        case .open: Open.needs
        case .slow: Slow.needs
        }
    }

    private var form: any CommandForm {
        switch self {
        case .hello(let hello): hello
        case .join(let join): join
        case .leave(let leave): leave
        case .send(let send): send
        case .typing(let typing): typing
        case .members(let members): members
        case .history(let history): history
        case .rename(let rename): rename
        case .refresh(let refresh): refresh
        case .ping(let ping): ping
        case .kick(let kick): kick
        case .mute(let mute): mute
        case .unmute(let unmute): unmute
        case .ban(let ban): ban
        case .unban(let unban): unban
        case .delete(let delete): delete
        case .clear(let clear): clear
        case .close(let close): close
        case .open(let open): open
        case .slow(let slow): slow
        }
    }

    /// Writes the command's fields besides type, id and room.
    func write(to json: inout JSONWriter) { self.form.write(to: &json) }
}
