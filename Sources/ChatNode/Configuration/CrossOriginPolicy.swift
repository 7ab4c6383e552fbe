import ChatCore

/// The pages of other origins that may read what the API answers (the Fetch standard, section 3.3; RFC 6454).
///
/// It is about requests over HTTP alone: ``OriginPolicy`` says which pages may open a WebSocket.
package enum CrossOriginPolicy: Equatable, Sendable {
    /// Pages of this server alone.
    case sameOrigin
    /// Every page.
    case any
    /// Pages of exactly these origins.
    case list([Origin])

    /// Reads what an operator wrote: `*`, or origins with commas between.
    ///
    /// - Returns: nil when something in it is not an origin, or stands for several.
    package init?(_ text: String) {
        let parts = text.split(separator: ",").map { String($0).trimmingWhitespace }
        guard parts != ["*"] else {
            self = .any
            return
        }
        let origins = parts.compactMap { Origin(pattern: $0) }
        guard !origins.isEmpty, origins.count == parts.count, !origins.contains(where: \.isPattern) else { return nil }
        self = .list(origins)
    }

    /// The value of `Access-Control-Allow-Origin` for a request.
    ///
    /// - Parameter origin: Its `Origin` header.
    /// - Returns: nil when its page may not read the answer, or no page asks.
    func allowed(_ origin: String?) -> String? {
        switch self {
        case .sameOrigin: nil
        case .any: "*"
        case .list(let allowed):
            origin.flatMap { text in Origin(text).flatMap { allowed.contains($0) ? text : nil } }
        }
    }
}
