import ChatClient

/// Asks a server until it has answered: a request has ten seconds for that, which a busy machine may outlast.
///
/// - Parameter request: One that does no harm when it comes twice.
/// - Returns: What was answered.
/// - Throws: What the request throws, other than that nothing came.
func answered<Answer: Sendable>(_ request: () async throws -> Answer) async throws -> Answer {
    while true {
        do { return try await request() } catch let error as ClientError where error.code == .disconnected {
            try Task.checkCancellation()
        }
    }
}
