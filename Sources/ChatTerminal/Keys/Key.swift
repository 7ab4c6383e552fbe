/// A key that was pressed.
enum Key: Equatable, Sendable {
    /// Characters, as typed or as an input method composed them.
    case text(String)
    /// A letter with Ctrl: `.control("a")`.
    case control(Character)
    /// A character with Alt, or after Escape.
    case alt(Character)
    /// A key that is not a character.
    case special(Special, Modifiers = [])
    /// A paste, as a whole; its lines end in newlines.
    case paste(String)

    enum Special: Equatable, Sendable {
        case enter, tab, backspace, delete, left, right, up, down, home, end, pageUp, pageDown, escape
    }

    struct Modifiers: OptionSet, Hashable, Sendable {
        let rawValue: Int
        static let shift = Modifiers(rawValue: 1)
        static let alt = Modifiers(rawValue: 2)
        static let control = Modifiers(rawValue: 4)
    }
}
