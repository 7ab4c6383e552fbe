internal import ArgumentParser

/// Spans of time as options give them.
enum Seconds {
    /// The longest span, some eleven days: what no clock can count is no span.
    static let maximum = 1e6

    /// Checks an option.
    ///
    /// - Parameters:
    ///   - seconds: What was given.
    ///   - option: Its name, as the user writes it.
    /// - Throws: `ValidationError` that names the limits.
    static func check(_ seconds: Double, _ option: String) throws {
        guard seconds > 0, seconds <= Self.maximum else {
            throw ValidationError("\(option) is above 0 seconds, at most \(Int(Self.maximum))")
        }
    }
}
