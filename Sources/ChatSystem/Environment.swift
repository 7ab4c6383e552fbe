internal import Glibc

/// The variables that the program was started with.
package enum Environment {
    /// The value of a variable; nil when it is not set.
    package static subscript(name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// The locale of the environment.
package enum LocaleCharacters {
    /// Whether text may have characters beyond ASCII.
    package static var isUTF8: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Environment[$0] }.first { !$0.isEmpty } ?? ""
        let upper = locale.uppercased()
        return upper.contains("UTF-8") || upper.contains("UTF8")
    }
}
