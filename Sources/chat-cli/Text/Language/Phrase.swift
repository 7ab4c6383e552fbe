/// Everything that people are told, as keys of a table for each language.
///
/// What the server says (error messages, reasons) is English in any case: its codes are for programs, and what it says is
/// shown as it came.
enum Phrase: String, CaseIterable, Sendable {
    // The connection.
    case connecting, connected, waitingToConnect, tryingAgain, degraded, recovered, closing
    // Rooms.
    case joined, members, memberJoined, memberLeft, memberRenamed, gapOne, gapMany, reset, notIn, lastRoom, noRooms
    case roomSummary, kept
    // One's own lines.
    case renamed, unsent, waitingOne, waitingMany, sendReport, pastedLines
    case outboxLocked, outboxDamaged, outboxExpired, outboxLost
    // The input line.
    case howToLeave, wantsText, noSuchCommand, searchPrompt, noSuchMatch, found, isOn, isOff, onOrOff, badNumber
    case ignoring, ignoringNobody, ignored, heardAgain, weekdays, day
    // The status line.
    case statusOffline, statusConnecting, statusHere, statusLatency, typingOne, typingTwo, typingMany
    // Scripts.
    case noAnswer, noConnection, nothingAcknowledged, progressHistory
    // The help of the input line.
    case helpMe, helpNick, helpWho, helpRooms, helpHistory, helpSearch, helpJoin, helpSwitch, helpLeave, helpIgnore
    case helpTimestamps, helpNotices, helpClear, helpHelp, helpQuit, helpSlash

    /// The phrase in the language of this process.
    ///
    /// - Parameter values: What stands for each `{placeholder}`.
    /// - Returns: The text.
    func callAsFunction(_ values: KeyValuePairs<String, String> = [:]) -> String { self.text(in: .current, values) }

    /// The phrase in a language.
    func text(in language: Language, _ values: KeyValuePairs<String, String> = [:]) -> String {
        Self.fill(language.phrases[self] ?? self.rawValue, values)
    }

    /// Puts values in their places; what stands in a value is not looked at again.
    private static func fill(_ template: String, _ values: KeyValuePairs<String, String>) -> String {
        guard !values.isEmpty else { return template }
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            text += rest[..<open]
            text += values.first { $0.key == name }?.value ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    /// The placeholders of a template.
    static func placeholders(of template: String) -> Set<String> {
        Set(
            template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap {
                $0.split(separator: "}").first.map(String.init)
            }
        )
    }
}
