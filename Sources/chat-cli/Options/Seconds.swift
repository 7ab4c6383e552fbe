internal import ArgumentParser
internal import ChatWords

/// Spans of time in options.
enum Seconds {
    /// The longest span, some eleven days: longer ones could not be counted by every clock.
    static let maximum = 1e6

    /// Checks an option.
    ///
    /// - Parameters:
    ///   - seconds: The given value.
    ///   - option: Its name, as the user writes it.
    /// - Throws: `ValidationError` that names the limits.
    static func check(_ seconds: Double, _ option: String) throws {
        guard seconds > 0, seconds <= Self.maximum else {
            throw ValidationError(
                saying: "{option} is above 0 seconds, at most {maximum}",
                ["option": option, "maximum": "\(Int(Self.maximum))"]
            )
        }
    }
}

extension ValidationError {
    /// An error in the command line, in the language of the user.
    init(saying english: String, _ values: KeyValuePairs<String, String> = [:]) {
        self.init(Sentence(english, values).text())
    }

    /// An option that is outside its limits.
    init(_ option: String, from low: Int, to high: Int) {
        self.init(saying: "{option} is from {low} to {high}", ["option": option, "low": "\(low)", "high": "\(high)"])
    }

    /// An option that needs more than this.
    init(_ option: String, above bound: Int) {
        self.init(saying: "{option} is above {bound}", ["option": option, "bound": "\(bound)"])
    }

    /// An option that does not go with another.
    init(_ option: String, without other: String) {
        self.init(saying: "{option} goes without {other}", ["option": option, "other": other])
    }
}
