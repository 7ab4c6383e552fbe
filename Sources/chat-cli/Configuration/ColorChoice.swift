internal import ChatSystem
internal import ChatTerminal
internal import Glibc

/// The choice when output has colours.
enum ColorChoice: String, CaseIterable {
    case auto, always, never

    /// `auto` means: on a terminal, unless NO_COLOR is set (no-color.org).
    var palette: Palette {
        switch self {
        case .always: Palette(isColored: true)
        case .never: Palette(isColored: false)
        case .auto:
            Palette(isColored: Terminal.takesSequences(STDOUT_FILENO) && (Environment["NO_COLOR"] ?? "").isEmpty)
        }
    }
}
