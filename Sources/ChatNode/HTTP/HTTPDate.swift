/// Times in the one form that servers write (RFC 9110, section 5.6.7).
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Writes a time.
    ///
    /// - Parameter milliseconds: The time since the Unix epoch, not before it.
    /// - Returns: Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(ofMilliseconds milliseconds: Int) -> String {
        let (days, second) = max(0, milliseconds / 1000).quotientAndRemainder(dividingBy: 86400)
        // A year that begins in March ends with its leap day: then months have lengths that follow from their numbers.
        // 719,468 days lie between 1 March of the year 0 and the epoch; 400 years have 146,097.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarYear = era * 400 + year + (month >= 10 ? 1 : 0)
        let date = "\(Self.two(day)) \(Self.months[(month + 2) % 12]) \(calendarYear)"
        let time = [second / 3600, second / 60 % 60, second % 60].map(Self.two).joined(separator: ":")
        // The epoch was a Thursday.
        return "\(Self.days[(days + 4) % 7]), \(date) \(time) GMT"
    }

    private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
