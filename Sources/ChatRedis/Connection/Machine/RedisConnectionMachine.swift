package import ChatCore

/// The states of a connection to Redis: uninitialised → opening → active → closing → closed.
///
/// While opening, it sends its whole handshake (log in, select the database, load scripts) in one write and counts the
/// answers. One error among them ends it, unless the error only says that nothing can be written now.
package struct RedisConnectionMachine {
    private enum State {
        case uninitialised
        case opening(replies: [RedisReply], expected: Int)
        case active
        case closing(BrokerError)
        case closed
    }

    private var state = State.uninitialised

    package init() {}

    var isActive: Bool {
        guard case .active = self.state else { return false }
        return true
    }

    /// Whether it was given up, and is closed or about to be.
    var isGivenUp: Bool {
        switch self.state {
        case .closing, .closed: true
        case .uninitialised, .opening, .active: false
        }
    }

    package enum OnConnected: Equatable {
        /// Send the handshake, with a time limit.
        case send([RedisCommand])
        /// It was given up before the socket was connected: close it.
        case none
    }

    /// The socket is connected, and secured if TLS is used.
    package mutating func connected(_ handshake: [RedisCommand]) -> OnConnected {
        guard case .uninitialised = self.state else { return .none }
        self.state = .opening(replies: [], expected: handshake.count)
        return .send(handshake)
    }

    package enum OnReply: Equatable {
        /// More answers to the handshake are to come.
        case wait
        /// The connection is established; these are the answers to its handshake.
        case activate([RedisReply])
        /// This is the answer to a command.
        case deliver
        /// The handshake failed: close it.
        case close
        /// It is closing already.
        case ignore
    }

    package mutating func received(_ reply: RedisReply) -> OnReply {
        switch self.state {
        case .active: return .deliver
        case .opening(var replies, let expected):
            if case .error(let text) = reply, !reply.refusesWrites {
                self.state = .closing(BrokerError(redis: text))
                return .close
            }
            replies.append(reply)
            guard replies.count == expected else {
                self.state = .opening(replies: replies, expected: expected)
                return .wait
            }
            self.state = .active
            return .activate(replies)
        case .uninitialised, .closing, .closed: return .ignore
        }
    }

    package enum OnClose: Equatable {
        /// Close the channel.
        case close
        /// It is closed, or being closed.
        case none
    }

    /// The time for the handshake is over; the connection may not even have been secured.
    package mutating func handshakeTimedOut(isSecured: Bool = true) -> OnClose {
        guard case .opening = self.state else { return .none }
        return self.close(isSecured ? .isSlow : .hasNoTLS)
    }

    /// The connection has an error, or is not needed any more.
    package mutating func close(_ reason: BrokerError) -> OnClose {
        switch self.state {
        case .uninitialised, .opening, .active:
            self.state = .closing(reason)
            return .close
        case .closing, .closed: return .none
        }
    }

    package enum OnClosed: Equatable {
        /// Tell the owner the reason.
        case report(BrokerError)
        case none
    }

    /// The channel is closed.
    package mutating func closed() -> OnClosed {
        switch self.state {
        case .uninitialised, .opening, .active:
            self.state = .closed
            return .report(.wasLost)
        case .closing(let reason):
            self.state = .closed
            return .report(reason)
        case .closed: return .none
        }
    }
}
