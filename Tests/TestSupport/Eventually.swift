/// Asks until something is so; the limit of the test is the bound.
///
/// The pause leaves the processor to what is waited for. Where there is one processor, a loop that asks without ever being
/// suspended would be all that runs.
package func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
}

/// Asks until there is something, as ``eventually(_:)`` does.
///
/// - Returns: What there is.
package func eventually<Value>(get value: () async throws -> Value?) async throws -> Value {
    while true {
        if let found = try await value() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
}
