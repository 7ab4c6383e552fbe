/// The messages of commands for people, as keys of a table for each language.
///
/// Errors and reports are ``Sentence``s.
package enum Phrase: String, CaseIterable, Sendable {
    // The connection.
    case connecting, connected, connectedAgain, offline, waitingToConnect, tryingAgain, degraded, recovered, closing
    case degradedRooms, recoveredRooms
    case tokenNotRenewed, withoutWebSocket
    // Rooms.
    case joined, members, memberJoined, memberLeft, memberRenamed, gapOne, gapMany, reset, notIn
    case kept
    // One's own lines.
    case unsent, unsentAsTold, waitingOne, waitingMany, sendReport, pastedLines
    case outboxLocked, outboxDamaged, outboxExpired, outboxLost
    // The input line.
    case howToLeave, wantsText, noSuchCommand, searchPrompt, isOn, isOff, onOrOff
    case weekdays, day
    // The past.
    case unreadFrom, deletedMessage, deletion
    // The status line.
    case statusOffline, statusConnecting, statusHere, statusLatency, typingOne, typingTwo, typingMany
    // Scripts.
    case noAnswer, noConnection, nothingAcknowledged, progressHistory, outputFailed, noProcess

    /// The phrase in the language of this process.
    ///
    /// - Parameter values: The value of each `{placeholder}`.
    /// - Returns: The text.
    package func callAsFunction(_ values: KeyValuePairs<String, String> = [:]) -> String {
        self.text(in: .current, values)
    }

    /// The phrase in a language.
    package func text(in language: Language, _ values: KeyValuePairs<String, String> = [:]) -> String {
        Template.fill(language.phrases[self] ?? self.rawValue, values.map { ($0.key, $0.value) })
    }
}
