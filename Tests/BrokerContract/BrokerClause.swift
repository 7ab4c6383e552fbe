package import ChatCore
internal import Testing

/// One thing that a broker promises, and how to find out whether it keeps it.
///
/// A suite for an implementation is one parameterised test over ``all``. The function of a clause takes no more of a
/// broker than the promises that it is about. Clauses use rooms and users of their own, so
/// that brokers which share their data do not disturb each other.
package struct BrokerClause: Sendable, CustomTestStringConvertible {
    package let testDescription: String
    /// Whether it asks for so much that a broker which is slow by intent would take minutes.
    package var isOfSize = false
    package let check: @Sendable (any Broker) async throws -> Void

    init(
        _ testDescription: String,
        isOfSize: Bool = false,
        _ check: @escaping @Sendable (any Broker) async throws -> Void
    ) {
        self.testDescription = testDescription
        self.isOfSize = isOfSize
        self.check = check
    }

    /// How many messages a log keeps in the brokers under test; small, so that it can be filled.
    package static let logMessages = 50

    /// The limits that the brokers under test are to have.
    package static var limits: Limits {
        var limits = Limits()
        limits.log.messages = Self.logMessages
        return limits
    }

    /// All clauses, one list for each of the six promises and one for large sizes.
    package static let all =
        Self.messageLog + Self.presence + Self.sessions + Self.rulings + Self.budgets + Self.control + Self.size

    private static let messageLog = Self.publishing + Self.log + Self.deletion + Self.subscribing
}
