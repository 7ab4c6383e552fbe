internal import ChatCore

/// Takes what comes over a connection, one after the other.
protocol LinkReader: Actor {
    /// Something came.
    func received(_ inbound: Inbound) async
}

/// A connection on which messages can be exchanged: a WebSocket, or what stands in for one.
protocol Link: Sendable {
    /// The reason why it is no WebSocket; nil for one.
    var detour: ConnectionFailure? { get }
    /// Queues a command, which is lost when the connection ends before its answer.
    func send(_ command: CommandEnvelope)
    /// Lets queued commands leave.
    func flush()
    /// Says goodbye, and ends.
    func leave()
    /// Breaks the connection.
    func close()
    /// Calls something when the connection has ended, also while nobody reads.
    func whenClosed(_ action: @escaping @Sendable () -> Void)
    /// Hands over what comes until the connection has ended; call it once.
    ///
    /// - Throws: ``ConnectionFailure`` when that is why it has ended, or an error of the channel.
    func run(for reader: isolated some LinkReader) async throws
}
