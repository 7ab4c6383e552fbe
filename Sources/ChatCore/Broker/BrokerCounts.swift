/// What a broker has counted since it began, for operators; a broker without connections counts none.
package struct BrokerCounts: Equatable, Sendable {
    /// Connections that were lost, or could not be used.
    package var lostConnections = 0
    /// Connections that were made again.
    package var reconnects = 0
    /// Connections that brought no publications.
    package var deafConnections = 0
    /// Connections that led to another server than a newer one.
    package var strayConnections = 0
    /// Errors of the server that have no words of their own.
    package var unknownErrors = 0
    /// Payloads of other programs that were not messages.
    package var invalidPayloads = 0
    /// Publications that are in no log.
    package var unloggedPublications = 0
    /// Logs that were found to have been rolled back.
    package var rolledBackLogs = 0

    package init() {}

    /// Adds the counts of another broker.
    package mutating func add(_ other: BrokerCounts) {
        self.lostConnections += other.lostConnections
        self.reconnects += other.reconnects
        self.deafConnections += other.deafConnections
        self.strayConnections += other.strayConnections
        self.unknownErrors += other.unknownErrors
        self.invalidPayloads += other.invalidPayloads
        self.unloggedPublications += other.unloggedPublications
        self.rolledBackLogs += other.rolledBackLogs
    }
}
