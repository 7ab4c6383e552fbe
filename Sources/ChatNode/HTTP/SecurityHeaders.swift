/// The security headers of every response: a browser loads, runs and frames only content of this server.
enum SecurityHeaders {
    static let all = [
        (
            "Content-Security-Policy",
            "default-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
                + "object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]
}
