/// The security headers of every response: a browser loads, runs and frames only content of this server.
enum SecurityHeaders {
    static let all = [
        (policyName, policy()),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]

    static let policyName = "Content-Security-Policy"

    /// The policy of content.
    ///
    /// - Parameter origin: Another origin that the page's code may connect to.
    /// - Returns: The policy.
    static func policy(connectingTo origin: Origin? = nil) -> String {
        let others = origin.map { " \($0.scheme)://\($0.host):\($0.port)" } ?? ""
        return "default-src 'self'; connect-src 'self'\(others); base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    }
}
