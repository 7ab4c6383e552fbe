internal import Glibc

/// The folders of a program's files, by the XDG Base Directory Specification.
package struct Folders: Sendable {
    private let program: String

    /// - Parameter program: The name of its folders.
    package init(of program: String) { self.program = program }

    package var configuration: String { self.folder("XDG_CONFIG_HOME", ".config") }
    package var state: String { self.folder("XDG_STATE_HOME", ".local/state") }

    /// A relative path in the variable is not valid, and counts as none.
    private func folder(_ variable: String, _ fallback: String) -> String {
        if let folder = Environment[variable], folder.hasPrefix("/") { return folder + "/" + self.program }
        return Self.home + "/\(fallback)/\(self.program)"
    }

    /// Programs that are started without a HOME (by init systems, for example) still have a home.
    private static var home: String {
        if let home = Environment["HOME"], home.hasPrefix("/") { return home }
        return getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/"
    }
}
