/// The reason why a request cannot be accepted: the status that answers it.
///
/// The connection cannot be used after it.
package struct RequestFault: Error, Equatable, Sendable {
    /// The status of the answer (RFC 9110, section 15).
    package var status: Int
    /// The fault, for people, in English.
    package var reason: String

    package init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    package static func malformed(_ reason: String) -> Self { .init(400, reason) }
    package static func tooSlow(_ reason: String) -> Self { .init(408, reason) }
    package static func bodyTooLarge(_ limit: Int) -> Self { .init(413, "a body has at most \(limit) bytes") }
    package static func targetTooLong(_ limit: Int) -> Self { .init(414, "a target has at most \(limit) bytes") }
    package static let expectation = Self(417, "only 100-continue can be expected")
    package static func headTooLarge(_ limit: Int) -> Self { .init(431, "a head has at most \(limit) bytes") }
    package static func tooManyFields(_ limit: Int) -> Self { .init(431, "a head has at most \(limit) fields") }
    package static let unknownMethod = Self(501, "this method is not spoken here")
    package static let unknownCoding = Self(501, "the only transfer coding spoken here is chunked")
    package static let unknownVersion = Self(505, "the versions spoken here are HTTP/1.1 and HTTP/1.0")
}
