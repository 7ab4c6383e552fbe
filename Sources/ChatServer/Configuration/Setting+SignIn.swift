import ArgumentParser
import ChatNode
import ChatSettings

extension Setting {
    static let tokenURL = Setting(
        "token-url",
        help:
            "Where the page gets tokens: a path or an http(s) address that answers whoever is signed in with {\"token\": …}.",
        discussion: "The browser sends its cookies there. Who is not signed in is sent on (--login-url)."
    )
    static let loginURL = Setting(
        "login-url",
        help: "Where people sign in: a path, or an http(s) address. The page adds where it was, as return_to."
    )

    /// Where the page gets tokens.
    static let signIn = [tokenURL, loginURL]
}

/// Where the page gets tokens, as flags.
struct SignInOptions: ParsableArguments {
    @Option(.tokenURL) var tokenURL: String?
    @Option(.loginURL) var loginURL: String?

    /// The settings that were given.
    var values: [Setting: String?] { [.tokenURL: self.tokenURL, .loginURL: self.loginURL] }
}

extension SignIn {
    /// Reads the settings.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) throws(SettingError) {
        self.init()
        self.tokenURL = try settings.choice(.tokenURL, "a path, such as /token, or an http(s) address") { text in
            Self.isTokenAddress(text) ? text : nil
        }
        self.loginURL = try settings.choice(.loginURL, "a path, or an http(s) address") { text in
            Self.isAddress(text) ? text : nil
        }
        guard self.loginURL == nil || self.tokenURL != nil else {
            throw SettingError(
                "\(Setting.loginURL.names): it is for those without a token, and needs \(Setting.tokenURL.names)"
            )
        }
    }
}
