package import ChatClient
package import ChatCore
package import ChatSystem
internal import Glibc

/// Errors in the language of the user.
///
/// Codes are for programs and the same everywhere; the sentence beside them is English on the wire. An unknown
/// sentence, of a newer server, is replaced by its code.
package enum Words {
    /// The refusal of the server, or of the rules for names and texts.
    package static func of(_ error: ProtocolError, in language: Language = .current) -> String {
        if let words = self.ruling(error, in: language) { return words }
        let sentence = Sentence(said: error.message)
        if sentence.isKnown(in: language) { return sentence.text(in: language) }
        let code = Sentence(error.code.rawValue)
        guard code.isKnown(in: language) else {
            return Sentence("the server refused ({code})", ["code": error.code.rawValue]).text(in: language)
        }
        return code.text(in: language)
    }

    package static func of(_ error: ClientError, in language: Language = .current) -> String {
        if let failure = error.failure { return self.of(failure, in: language) }
        if let refusal = error.refusal { return self.of(refusal, in: language) }
        return self.of(said: error.message, in: language)
    }

    package static func of(_ failure: ConnectionFailure, in language: Language = .current) -> String {
        if let ruling = failure.disconnect.flatMap(self.ruling) { return ruling.text(in: language) }
        if language == .english { return failure.description }
        if let disconnect = failure.disconnect {
            let reason = self.of(disconnect, in: language)
            return Sentence("the server closed the connection: {reason}", ["reason": reason]).text(in: language)
        }
        if let refusal = failure.refusal {
            let reason = self.of(refusal, in: language)
            return Sentence("the server refused the connection: {reason}", ["reason": reason]).text(in: language)
        }
        // The phrase beside a status is English everywhere.
        if let status = failure.status, failure.words.hasPrefix(ConnectionFailure.refusal) {
            let isElsewhere = status < 400
            let reason =
                (isElsewhere
                ? Sentence("there is no chat at this address")
                : Sentence("HTTP status {status}", ["status": "\(status)"])).text(in: language)
            return Sentence("the server refused the connection: {reason}", ["reason": reason]).text(in: language)
        }
        let words = self.of(said: failure.words, in: language)
        return failure.server.map { "\($0): \(words)" } ?? words
    }

    /// The reason why a connection was closed, by its code, since the text may be anything.
    package static func of(_ disconnect: Disconnect, in language: Language = .current) -> String {
        let said = Sentence(said: disconnect.reason)
        if !disconnect.reason.isEmpty, said.isKnown(in: language) { return said.text(in: language) }
        return Sentence("close code {code}", ["code": "\(disconnect.code)"]).text(in: language)
    }

    /// The reason why a server refused a request: its own words if they are known, otherwise the code or the status.
    ///
    /// - Parameters:
    ///   - status: The HTTP status; nil when it was a command.
    ///   - code: The code of the protocol's error; nil when there is none.
    ///   - reason: The server's words.
    ///   - language: The language of the result.
    /// - Returns: The words.
    package static func ofRefusal(
        _ status: Int?,
        _ code: String?,
        _ reason: String,
        in language: Language = .current
    ) -> String {
        guard code != nil || Sentence(said: reason).isKnown(in: language) || status == nil else {
            return Sentence("HTTP status {status}", ["status": "\(status ?? 0)"]).text(in: language)
        }
        let words = code.map { self.of(ProtocolError(ProtocolError.Code($0), reason), in: language) }
        return (status.map { "\($0) " } ?? "") + (words ?? self.of(said: reason, in: language))
    }

    /// The library's message: a sentence, or something with a sentence after a colon.
    package static func of(said text: String, in language: Language = .current) -> String {
        let sentence = Sentence(said: text)
        if sentence.isKnown(in: language) { return sentence.text(in: language) }
        guard let colon = text.firstRange(of: ": ") else { return text }
        let (head, tail) = (String(text[..<colon.lowerBound]), String(text[colon.upperBound...]))
        return "\(Sentence(said: head).text(in: language)): \(self.of(said: tail, in: language))"
    }

    /// The system's text for an `errno`.
    package static func of(errno number: Int32, in language: Language = .current) -> String {
        self.of(said: String(cString: strerror(number)), in: language)
    }

    /// The reason why a file cannot be used.
    package static func of(_ error: FileError, in language: Language = .current) -> String {
        switch error.reason {
        case .system(let number): "\(error.path): \(self.of(errno: number, in: language))"
        case .unreadable, .pipe, .foreignLink:
            Sentence(error.english, filling: ["path": error.path]).text(in: language)
        }
    }
}
