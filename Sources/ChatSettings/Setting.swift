/// One setting of a program, declared once: its flag, its variable, its key in the file, its default, its range and its help.
package struct Setting: Sendable {
    /// The name in the file; what stands before a dot is the object in which it stands there.
    package let key: String
    package let kind: Kind
    /// What holds when nobody says anything, for people; empty where that is nothing.
    package let fallback: String
    /// What it is for; `{default}` stands for the default.
    package let help: String
    /// More than a line can say.
    package let discussion: String
    /// Whether `--help` is silent about it: it is for tests.
    package let isHidden: Bool

    /// What a value is.
    package enum Kind: Equatable, Sendable {
        case text
        /// `true` or `false`, or what else people write for them.
        case truth
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// One of these words.
        case words([String])
        /// The path of a folder, or a word for none.
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
