/// Why a broker did not do what it was asked.
///
/// The code says what is known, and is what programs decide by; the reason is for operators and people alone.
package struct BrokerError: Error, Hashable, Sendable {
    /// What is known.
    package let code: Code
    /// The reason, in English; it carries no secret, address or key.
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// What a client is told.
    package var protocolError: ProtocolError { .unavailable(self.reason) }
}

extension BrokerError {
    /// What is known when a broker has failed: what became of the request, and what helps.
    package struct Code: Hashable, Sendable {
        /// Never changes, and is never given to another code.
        private let number: Int
        /// What has become of the request.
        package let outcome: Outcome

        private init(_ number: Int, _ outcome: Outcome) {
            self.number = number
            self.outcome = outcome
        }

        /// The broker is out of reach; it may be back in a moment.
        package static let away = Code(1, .notDone)
        /// The request was on its way when the broker was lost: whether it was done cannot be told.
        package static let uncertain = Code(2, .unknown)
        /// The broker refused it; the same request is likely to be refused again until an operator has mended
        /// something.
        package static let refused = Code(3, .notDone)
        /// Too many requests wait already.
        package static let overloaded = Code(4, .notDone)
        /// The broker holds as many rooms as it may.
        package static let roomsFull = Code(5, .notDone)
        /// A message is stored, but not as safely as was asked for: the same key finds it.
        package static let unconfirmed = Code(6, .done)
        /// The server behind the broker is no primary now; another one may have its address by the next attempt.
        package static let leaveServer = Code(7, .notDone)
        /// The data are of a newer version of this software: nothing helps but another server or other data.
        package static let unusableData = Code(8, .notDone)
    }

    /// What has become of a request that failed.
    package enum Outcome: Hashable, Sendable {
        /// Nothing was done, and nothing will be.
        case notDone
        /// It may have been done: a message's key finds out, and never stores it twice.
        case unknown
        /// It was done.
        case done
    }
}
