import ChatCore

/// The encodings that a client accepts (`Accept-Encoding`; RFC 9110, section 12.5.3).
struct AcceptedEncodings {
    /// Whether it takes gzip.
    let takesGzip: Bool

    /// Reads the field's value; nil, when the request has none.
    init(_ field: String?) {
        var weights: [String: Double] = [:]
        for element in (field ?? "").split(separator: ",") {
            let parts = element.split(separator: ";").map { String($0).trimmingWhitespace.lowercased() }
            guard let coding = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            weights[coding] = weight ?? 1
        }
        self.takesGzip = (weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0) > 0
    }
}
