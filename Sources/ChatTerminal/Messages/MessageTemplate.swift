package import ChatCore
internal import ChatSystem
package import ChatWords

/// The template of `--format`, which turns a message into a line.
package struct MessageTemplate: Equatable, Sendable {
    /// The fields of a message.
    package enum Field: String, CaseIterable, Sendable {
        /// The time when the server took it, in the time zone of the machine: RFC 3339, `HH:MM`, `YYYY-MM-DD`,
        /// milliseconds.
        case time, clock, date, milliseconds
        case room, name, user, text, kind, seq, epoch, key
        /// The text with its line breaks written as `\n`, so that a message is one line.
        case line
    }

    private enum Part: Equatable {
        case literal(String)
        case field(Field)
    }

    private var parts: [Part] = []

    /// Reads a template: `{name}` is a field, `{{` and `}}` are braces; `\n`, `\t`, `\r`, `\e`, `\0` and `\\` are what
    /// they are in a shell's `printf`.
    ///
    /// - Parameter raw: The template as somebody wrote it.
    /// - Throws: ``Fault``, which names the part that is not valid.
    package init(_ raw: String) throws(Fault) {
        var literal = ""
        var rest = Substring(raw)
        while let character = rest.popFirst() {
            switch (character, rest.first) {
            case ("{", "{"), ("}", "}"): literal.append(rest.removeFirst())
            case ("{", _):
                guard let end = rest.firstIndex(of: "}") else {
                    throw Fault(saying: "--format: a {brace} has no closing one", ["brace": "{"])
                }
                let name = String(rest[..<end])
                guard let field = Field(rawValue: name) else {
                    let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Fault(
                        saying: "--format: there is no field \"{name}\" (there are: {known})",
                        ["name": name, "known": known]
                    )
                }
                if !literal.isEmpty { self.parts.append(.literal(literal)) }
                self.parts.append(.field(field))
                literal = ""
                rest = rest[rest.index(after: end)...]
            case ("}", _): throw Fault(saying: "--format: a closing brace has no opening one; a brace itself is }}")
            case ("\\", let next?):
                guard let meant = Self.escapes[next] else {
                    throw Fault(saying: "--format: there is no {escape}", ["escape": "\\\(next)"])
                }
                literal.append(meant)
                rest.removeFirst()
            case ("\\", nil): throw Fault(saying: "--format: a \\ stands at the end; a backslash itself is \\\\")
            default: literal.append(character)
            }
        }
        if !literal.isEmpty { self.parts.append(.literal(literal)) }
    }

    private static let escapes: [Character: Character] = [
        "n": "\n", "t": "\t", "r": "\r", "e": "\u{1B}", "0": "\0", "\\": "\\",
    ]

    /// The message in the form of the template.
    ///
    /// Text of a peer is shown without terminal control sequences.
    package func fill(_ message: Message) -> String {
        self.parts.reduce(into: "") { text, part in
            switch part {
            case .literal(let literal): text += literal
            case .field(let field): text += Self.value(of: field, message)
            }
        }
    }

    private static func value(of field: Field, _ message: Message) -> String {
        switch field {
        case .time: LocalTime(milliseconds: message.time).timestamp
        case .clock: LocalTime(milliseconds: message.time).clock
        case .date: LocalTime(milliseconds: message.time).day
        case .milliseconds: "\(message.time)"
        case .room: message.room.rawValue.sanitizedLine
        case .name: message.sender.name.rawValue.sanitizedLine
        case .user: message.sender.id.rawValue.sanitizedLine
        case .text: message.text.sanitizedText
        case .line:
            message.text.sanitizedText.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
                .replacing("\t", with: "\\t")
        case .kind: message.kind.rawValue
        case .seq: message.position.map { "\($0.seq)" } ?? ""
        case .epoch: message.position?.epoch.rawValue ?? ""
        case .key: (message.key?.rawValue ?? "").sanitizedLine
        }
    }
}
