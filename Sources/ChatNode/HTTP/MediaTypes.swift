import ChatCore
import HTTPTypes
import Hummingbird

/// The media types that a client takes (`Accept`; RFC 9110, section 12.5.1).
struct AcceptedTypes {
    /// A range of types, and whether the client takes them.
    private struct MediaRange {
        var type: String
        var subtype: String
        var isTaken: Bool

        /// How closely it describes a type: one that is named wins over its family, and that over all.
        var precision: Int { (self.type == "*" ? 0 : 1) + (self.subtype == "*" ? 0 : 1) }

        func covers(_ type: String, _ subtype: String) -> Bool {
            (self.type == "*" || self.type == type) && (self.subtype == "*" || self.subtype == subtype)
        }
    }

    private let ranges: [MediaRange]

    /// Reads the field's value; nil, when the request has none.
    ///
    /// What is no range of types is passed over.
    init(_ field: String?) {
        self.ranges = (field ?? "").split(separator: ",").compactMap { element in
            let parts = element.split(separator: ";").map { String($0).trimmingWhitespace.lowercased() }
            // Some old clients write one asterisk for all types.
            let name = parts.first == "*" ? "*/*" : parts.first ?? ""
            let types = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard types.count == 2, !types.contains("") else { return nil }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            return MediaRange(type: types[0], subtype: types[1], isTaken: (weight ?? 1) > 0)
        }
    }

    /// Whether the client takes a type; a client that names no type takes all.
    func takes(_ type: String, _ subtype: String) -> Bool {
        guard !self.ranges.isEmpty else { return true }
        let fitting = self.ranges.filter { $0.covers(type, subtype) }
        guard let precision = fitting.map(\.precision).max() else { return false }
        return fitting.contains { $0.precision == precision && $0.isTaken }
    }
}

extension Request {
    /// Checks the type of its body, whatever parameters it has.
    ///
    /// - Parameter type: The only one that is taken, in lower case.
    /// - Throws: ``APIError`` 415.
    func requireBody(of type: String) throws(APIError) {
        let field = self.headers[.contentType]?.split(separator: ";", omittingEmptySubsequences: false).first
        guard field.map({ String($0).trimmingWhitespace.lowercased() }) == type else {
            throw APIError(.unsupportedMediaType, ProtocolError(.badCommand, "the body is \(type)"))
        }
    }

    /// Checks that the client takes JSON, before anything is done for it.
    ///
    /// - Throws: ``APIError`` 406.
    func requireTakingJSON() throws(APIError) {
        guard !AcceptedTypes(self.headers[.accept]).takes("application", "json") else { return }
        throw APIError(.notAcceptable, ProtocolError(.badCommand, "the answers of this address are application/json"))
    }
}
