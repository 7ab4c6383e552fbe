internal import NIOCore

/// The unanswered commands of a subscribed connection: an error does not say which command it answers, but Redis
/// answers in the order of the commands.
struct SubscriptionsUnderWay {
    enum Command: Equatable {
        /// Each channel gets its own confirmation; one error refuses all of them.
        case subscribe([ChannelName])
        case unsubscribe
        case ping
    }

    private struct Entry {
        let command: Command
        var missing: Int
    }

    private var underWay = CircularBuffer<Entry>()

    /// A command was sent.
    mutating func sent(_ command: Command) {
        let answers =
            switch command {
            case .subscribe(let channels): channels.count
            case .unsubscribe, .ping: 1
            }
        self.underWay.append(Entry(command: command, missing: answers))
    }

    /// A confirmation or a pong came.
    mutating func answered() {
        guard !self.underWay.isEmpty else { return }
        self.underWay[self.underWay.startIndex].missing -= 1
        if self.underWay.first?.missing == 0 { self.underWay.removeFirst() }
    }

    /// An error came; returns the command that it refuses, nil when there is none.
    mutating func refused() -> Command? { self.underWay.popFirst()?.command }

    /// The connection is lost.
    mutating func disconnected() { self.underWay.removeAll() }
}
