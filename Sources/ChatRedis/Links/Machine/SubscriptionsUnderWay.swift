internal import NIOCore

/// The unanswered commands of a subscribed connection, in the order in which they are answered.
///
/// An error does not say which command it answers, except for the slot in a redirection. A server of a Cluster also ends
/// subscriptions unasked, in the words of an answer; one's own command to end the same one is then answered by a
/// redirection.
struct SubscriptionsUnderWay {
    enum Command: Equatable {
        /// Each channel gets its own confirmation; one error refuses all of them.
        case subscribe([ChannelName])
        case unsubscribe(ChannelName)
        case ping
    }

    private struct Entry {
        let command: Command
        /// The slot of its channels; nil: they have none.
        let slot: HashSlot?
        /// The number of channels that are confirmed.
        var confirmed = 0
        /// Whether its subscription has ended: by this command, or before it, and then a redirection is to come.
        var hasEnded = false

        /// The channels without a confirmation.
        var missing: ArraySlice<ChannelName> {
            guard case .subscribe(let channels) = self.command else { return [] }
            return channels.dropFirst(self.confirmed)
        }
    }

    private var underWay = CircularBuffer<Entry>()
    /// The channels whose commands got no answer, although later ones did.
    private var unanswered: [ChannelName] = []

    /// A command was sent; those for sharded channels are for channels of one slot.
    mutating func sent(_ command: Command, slot: HashSlot? = nil) {
        self.underWay.append(Entry(command: command, slot: slot))
    }

    /// A subscription was confirmed.
    mutating func confirmed(_ channel: ChannelName) {
        guard let index = self.underWay.firstIndex(where: { $0.missing.first == channel }) else { return }
        self.advance(to: index)
        self.underWay[self.underWay.startIndex].confirmed += 1
        if self.underWay.first?.missing.isEmpty == true { self.underWay.removeFirst() }
    }

    /// A subscription has ended.
    mutating func ended(_ channel: ChannelName) {
        guard let index = self.underWay.firstIndex(where: { !$0.hasEnded }),
            self.underWay[index].command == .unsubscribe(channel)
        else { return }
        self.advance(to: index)
        if self.underWay[self.underWay.startIndex].slot == nil {
            self.underWay.removeFirst()
        } else {
            self.underWay[self.underWay.startIndex].hasEnded = true
        }
    }

    /// A ping was answered.
    mutating func answeredPing() {
        guard let index = self.underWay.firstIndex(where: { $0.command == .ping }) else { return }
        self.advance(to: index)
        self.underWay.removeFirst()
    }

    /// An error came.
    ///
    /// - Parameter slot: The slot that it names; nil: it names none.
    /// - Returns: The command that it refuses, and for one that subscribes the channels that it refuses; nil when there
    ///   is none.
    mutating func refused(slot: HashSlot? = nil) -> Command? {
        let index =
            if let slot { self.underWay.firstIndex { $0.slot == slot } } else {
                self.underWay.firstIndex { !$0.hasEnded }
            }
        guard let index else { return nil }
        self.advance(to: index)
        let entry = self.underWay.removeFirst()
        guard case .subscribe = entry.command else { return entry.command }
        return .subscribe(Array(entry.missing))
    }

    /// Takes the channels out whose commands got no answer, although later ones did.
    mutating func takeUnanswered() -> [ChannelName] {
        defer { self.unanswered = [] }
        return self.unanswered
    }

    private mutating func advance(to index: CircularBuffer<Entry>.Index) {
        let distance = self.underWay.distance(from: self.underWay.startIndex, to: index)
        for entry in self.underWay.prefix(distance) { self.unanswered += entry.missing }
        self.underWay.removeFirst(distance)
    }

    /// The connection is lost.
    mutating func disconnected() {
        self.underWay.removeAll()
        self.unanswered = []
    }
}
