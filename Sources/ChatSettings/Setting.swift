/// One setting of a program, declared once: its flag, its variable, its key in the file, its default, its range and its help.
package struct Setting: Sendable {
    /// The name in the file; the part before a dot is the object that contains it.
    package let key: String
    package let kind: Kind
    /// The default, for people; empty if there is none.
    package let fallback: String
    /// Its purpose; `{default}` is replaced by the default.
    package let help: String
    /// A longer explanation.
    package let discussion: String
    /// Whether `--help` leaves it out: it is for tests.
    package let isHidden: Bool

    /// The type of a value.
    package enum Kind: Equatable, Sendable {
        case text
        /// `true` or `false`, or their usual other forms.
        case truth
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// One of these words.
        case words([String])
        /// The path of a folder, or a word for no folder.
        case folder
    }

    package init(
        _ key: String,
        _ kind: Kind = .text,
        default fallback: String = "",
        help: String,
        discussion: String = "",
        isHidden: Bool = false
    ) {
        self.key = key
        self.kind = kind
        self.fallback = fallback
        self.help = help
        self.discussion = discussion
        self.isHidden = isHidden
    }

    /// The name of its flag, without the hyphens before it.
    package var flag: String { self.key.split(separator: ".").last.map(String.init) ?? self.key }

    /// Its variable in the environment.
    package var variable: String {
        "CHAT_" + self.key.replacing(".", with: "_").replacing("-", with: "_").uppercased()
    }

    /// The names by which an operator knows it: flag and variable.
    package var names: String { "--\(self.flag) (\(self.variable))" }
}

extension Setting: Hashable {
    package static func == (one: Setting, two: Setting) -> Bool { one.key == two.key }
    package func hash(into hasher: inout Hasher) { hasher.combine(self.key) }
}
