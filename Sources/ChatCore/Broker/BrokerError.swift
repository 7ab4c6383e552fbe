/// The reason why a broker did not carry out a request.
///
/// The code says what is known, and programs decide by it; the reason is only for people.
package struct BrokerError: Error, Hashable, Sendable {
    /// The known facts.
    package let code: Code
    /// The reason, in English; it carries no secret, address or key.
    package let reason: String
    /// The time after which it may be carried out, in milliseconds, where that is known.
    package let retryMilliseconds: Int?

    package init(_ code: Code, _ reason: String, retryMilliseconds: Int? = nil) {
        self.code = code
        self.reason = reason
        self.retryMilliseconds = retryMilliseconds
    }

    /// The error for a client.
    package var protocolError: ProtocolError { .unavailable(self.reason) }
}

extension BrokerError {
    /// The facts about a failure of a broker: the outcome of the request, and what helps.
    package struct Code: Hashable, Sendable {
        /// Never changes, and is never given to another code.
        private let number: Int
        /// The outcome of the request.
        package let outcome: Outcome

        private init(_ number: Int, _ outcome: Outcome) {
            self.number = number
            self.outcome = outcome
        }

        /// The broker is out of reach; it may be back in a moment.
        package static let away = Code(1, .notDone)
        /// The request was on its way when the broker was lost: it is unknown whether it was done.
        package static let uncertain = Code(2, .unknown)
        /// The broker refused it; the same request will probably be refused again until an operator has fixed
        /// something.
        package static let refused = Code(3, .notDone)
        /// Too many requests wait already.
        package static let overloaded = Code(4, .notDone)
        /// The broker has reached its limit of rooms.
        package static let roomsFull = Code(5, .notDone)
        /// A message is stored, but not as safely as required: the same key finds it.
        package static let unconfirmed = Code(6, .done)
        /// The server behind the broker is not a primary now; another one may have its address by the next attempt.
        package static let leaveServer = Code(7, .notDone)
        /// The data belong to a newer version of this software: only another server or other data help.
        package static let unusableData = Code(8, .notDone)
        /// The broker has reached its limit of rulings.
        package static let rulingsFull = Code(9, .notDone)
    }

    /// The outcome of a failed request.
    package enum Outcome: Hashable, Sendable {
        /// Nothing was done, and nothing will be.
        case notDone
        /// It may have been done: a message's key finds out, and never stores it twice.
        case unknown
        /// It was done.
        case done
    }
}
