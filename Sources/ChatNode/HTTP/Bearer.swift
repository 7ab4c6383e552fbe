/// The bearer of `Authorization` (RFC 6750, section 2.1).
enum Bearer {
    /// The bearer's text.
    ///
    /// - Parameter field: The value of the field.
    /// - Returns: nil when the field says something else.
    static func text(in field: String) -> String? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 6, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }
}
