/// Asks until something is so; the limit of the test is the bound.
///
/// The pause leaves the processor to what is waited for.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(20)) }
}
