/// A span of time as people write it on a command line: `90`, `90s`, `10m`, `2h`, `1d`, and `1h30m`.
package enum TimeSpan {
    /// Reads a span.
    ///
    /// - Parameter raw: The text; a number alone means seconds.
    /// - Returns: Milliseconds; nil when it is not a span, or longer than ten years.
    package static func milliseconds(_ raw: String) -> Int? {
        let tenYears = 315_360_000_000
        var total = 0
        var number = ""
        guard !raw.isEmpty else { return nil }
        for character in raw + (raw.last?.isNumber == true ? "s" : "") {
            if character.isASCII, character.isNumber {
                number.append(character)
                continue
            }
            guard let value = Int(number), let unit = self.units[character], value <= (tenYears - total) / unit else {
                return nil
            }
            total += value * unit
            number = ""
        }
        return total
    }

    private static let units: [Character: Int] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
}
