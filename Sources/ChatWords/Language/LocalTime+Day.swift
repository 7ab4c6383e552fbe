package import ChatSystem

extension LocalTime {
    /// The day for people, in their language.
    package var dayLine: String {
        let weekdays = Phrase.weekdays().split(separator: ",")
        return Phrase.day(["date": self.day, "weekday": String(weekdays[self.weekday])])
    }
}
