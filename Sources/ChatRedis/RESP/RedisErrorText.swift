/// An error reply of Redis, split into code and message, wherever they are in the text.
///
/// Redis 7 begins with the code even when a script failed. Redis 6 wraps an error of a script into another error:
/// `ERR Error running script (call to f_…): @user_script:12: @user_script: 12: -READONLY You can't write …`. What a script
/// caught and returned begins with the second place. Text from callers is never searched: a room may be called READONLY.
struct RedisErrorText {
    /// The first word; `ERR` for errors without a code.
    let code: String
    let message: Substring

    init(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("ERR Error running script"), let colon = rest.firstRange(of: "): ") {
            rest = rest[colon.upperBound...].afterScriptPlaces
        } else if rest.hasPrefix("@user_script") {
            rest = rest.afterScriptPlaces
        }
        let word = rest.prefix { $0 != " " }
        let isCode = !word.isEmpty && word.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        // In a script, Redis uses different words for this.
        let isStale = rest.contains("on a stale replica")
        self.code = isStale ? "MASTERDOWN" : isCode ? String(word) : "ERR"
        self.message = isCode ? rest.dropFirst(word.count + 1) : rest
    }

    /// The fault in the settings of Redis or of the chat, if the message names one.
    var refusal: String? {
        if self.code == "NOPERM" || self.message.hasPrefix("The user executing the script can't") {
            return self.missingPermission
        }
        guard self.code == "ERR" else { return nil }
        return Self.settings.first { self.message.contains($0.words) }?.reason
            ?? (self.message.hasPrefix("unknown command") || self.message.hasPrefix("unknown subcommand")
                ? "Redis does not have the command \(self.quoted ?? "that is needed"): it is switched off, or too new"
                : nil)
    }

    /// Texts of Redis that point to a setting; they are the same from version 5 to 8.
    private static let settings = [
        (words: "without any password configured", reason: "Redis wants no password, and one was given"),
        (words: "but no password is set", reason: "Redis wants no password, and one was given"),
        (words: "invalid password", reason: "Redis refused the user name or password"),
        (words: "DB index is out of range", reason: "Redis has no database of this number"),
        (words: "invalid DB index", reason: "Redis has no database of this number"),
        (words: "SELECT is not allowed in cluster mode", reason: "a Redis cluster has the database 0 alone"),
        (words: "max number of clients", reason: "Redis has as many clients as it allows (maxclients)"),
    ]

    private var missingPermission: String {
        if self.message.contains("channel") { return "the Redis user may not do this: it lacks the chat's channels" }
        if self.message.contains(" key") { return "the Redis user may not do this: it lacks the chat's keys" }
        guard self.message.contains("run the"), let command = self.quoted else {
            return "the Redis user may not do this: it lacks a command"
        }
        return "the Redis user may not do this: it lacks the command \(command)"
    }

    /// The command that Redis names in quotes: only letters and `|`, so that nothing else can be shown.
    private var quoted: String? {
        guard let open = self.message.firstIndex(where: { $0 == "'" || $0 == "`" }) else { return nil }
        let rest = self.message[self.message.index(after: open)...]
        guard let close = rest.firstIndex(where: { $0 == "'" || $0 == "`" }) else { return nil }
        let name = rest[..<close]
        guard name.utf8.count <= 32, name.allSatisfy({ $0.isASCII && $0.isLetter || $0 == "|" }) else { return nil }
        return name.lowercased().replacing("|", with: " ")
    }
}

extension Substring {
    /// The text after the positions in a script, such as `@user_script:12: @user_script: 12: -`.
    fileprivate var afterScriptPlaces: Substring {
        var rest = self
        while rest.hasPrefix("@user_script"), let end = rest.firstRange(of: ": ") {
            rest = rest[end.upperBound...]
            // The second form has a blank before its number.
            let number = rest.prefix { $0.isNumber }
            if !number.isEmpty, rest.dropFirst(number.count).hasPrefix(": ") {
                rest = rest.dropFirst(number.count + 2)
            }
        }
        return rest.hasPrefix("-") ? rest.dropFirst() : rest
    }
}
