/// What every response tells a browser about trust: only what this server serves is loaded, run and framed.
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
