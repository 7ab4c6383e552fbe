internal import ChatCore
internal import ChatSystem

/// Decides when `join` without a terminal has done its work: a machine without I/O.
///
/// That is when the input has ended and everything sent is stored, the past of each room has been printed, and the last
/// sent message has come back.
struct PlainProgress: Equatable, Sendable {
    private let first: RoomName?
    private var backlog: Backlog
    private var printed: LogPosition?
    private var sent: Sent?

    private struct Sent: Equatable {
        var status: ExitStatus
        var last: LogPosition?
    }

    /// - Parameter rooms: The rooms to print; input goes to the first.
    init(_ rooms: [RoomName]) {
        self.first = rooms.first
        self.backlog = Backlog(rooms)
    }

    /// A room was joined, or joined again, and this many messages of its past follow.
    mutating func joined(_ room: RoomName, replay: Int) { self.backlog.joined(room, replay: replay) }

    /// Everything of a room up to here was printed, or reported lost.
    mutating func printed(_ room: RoomName, _ position: LogPosition?) {
        self.backlog.printed(room)
        if room == self.first, let position { self.printed = position }
    }

    /// The input has ended, and everything sent is stored, the last one there.
    mutating func sent(_ status: ExitStatus, last: LogPosition?) { self.sent = Sent(status: status, last: last) }

    /// The state of the work.
    enum Standing: Equatable, Sendable {
        case working
        /// Only the last sent message is missing. It is stored, so nobody waits for it for long.
        case awaitingEcho(ExitStatus)
        case done(ExitStatus)
    }

    var standing: Standing {
        guard let sent, self.backlog.isDone else { return .working }
        guard let last = sent.last else { return .done(sent.status) }
        guard let printed, printed.epoch != last.epoch || printed.seq >= last.seq else {
            return .awaitingEcho(sent.status)
        }
        return .done(sent.status)
    }
}
