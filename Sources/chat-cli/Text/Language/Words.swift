internal import ChatClient
internal import ChatCore
internal import Glibc

/// Errors in the language of the user.
///
/// Codes are for programs and the same everywhere; the sentence beside them is English on the wire. One that is not known
/// here, of a newer server, is told by its code.
enum Words {
    /// What the server refused, or what the rules of names and texts do.
    static func of(_ error: ProtocolError, in language: Language = .current) -> String {
        let sentence = Sentence(said: error.message)
        if sentence.isKnown(in: language) { return sentence.text(in: language) }
        let code = Sentence(error.code.rawValue)
        guard code.isKnown(in: language) else {
            return Sentence("the server refused ({code})", ["code": error.code.rawValue]).text(in: language)
        }
        return code.text(in: language)
    }

    static func of(_ error: ClientError, in language: Language = .current) -> String {
        if let failure = error.failure { return self.of(failure, in: language) }
        if let refusal = error.refusal { return self.of(refusal, in: language) }
        return self.of(said: error.message, in: language)
    }

    static func of(_ failure: ConnectionFailure, in language: Language = .current) -> String {
        if language == .english { return failure.description }
        if let disconnect = failure.disconnect {
            let reason = self.of(disconnect, in: language)
            return Sentence("the server closed the connection: {reason}", ["reason": reason]).text(in: language)
        }
        if let refusal = failure.refusal {
            let reason = self.of(refusal, in: language)
            return Sentence("the server refused the connection: {reason}", ["reason": reason]).text(in: language)
        }
        let words = self.of(said: failure.words, in: language)
        return failure.server.map { "\($0): \(words)" } ?? words
    }

    /// Why a connection was closed: the code says it, since a reason is anybody's text.
    static func of(_ disconnect: Disconnect, in language: Language = .current) -> String {
        let said = Sentence(said: disconnect.reason)
        if !disconnect.reason.isEmpty, said.isKnown(in: language) { return said.text(in: language) }
        return Sentence("close code {code}", ["code": "\(disconnect.code)"]).text(in: language)
    }

    /// What the library says: a sentence, or something with a sentence behind a colon.
    static func of(said text: String, in language: Language = .current) -> String {
        let sentence = Sentence(said: text)
        if sentence.isKnown(in: language) { return sentence.text(in: language) }
        guard let colon = text.firstRange(of: ": ") else { return text }
        let (head, tail) = (String(text[..<colon.lowerBound]), String(text[colon.upperBound...]))
        return "\(Sentence(said: head).text(in: language)): \(self.of(said: tail, in: language))"
    }

    /// What the system says of an `errno`.
    static func of(errno number: Int32, in language: Language = .current) -> String {
        self.of(said: String(cString: strerror(number)), in: language)
    }
}
