import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif
import Testing

@testable import ChatNode

/// What a collector reads in an answer of `GET /metrics`, and what it would not take.
struct Scrape {
    struct Malformed: Error { let line: String }

    private(set) var text: String
    private(set) var types: [String: String] = [:]
    private(set) var help: [String: String] = [:]
    /// The values by name and labels, as they stand there.
    private(set) var samples: [String: Double] = [:]

    init(_ text: String) throws {
        self.text = text
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init) {
            if line.hasPrefix("# ") {
                let parts = line.split(separator: " ", maxSplits: 3).map(String.init)
                guard parts.count == 4 else { throw Malformed(line: line) }
                switch parts[1] {
                case "HELP": self.help[parts[2]] = parts[3]
                case "TYPE":
                    guard self.types.updateValue(parts[3], forKey: parts[2]) == nil else { throw Malformed(line: line) }
                default: throw Malformed(line: line)
                }
            } else {
                guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...]),
                    self.samples.updateValue(value, forKey: String(line[..<blank])) == nil
                else { throw Malformed(line: line) }
            }
        }
    }

    subscript(series: String) -> Double? { self.samples[series] }
}

extension TestServer {
    /// What the operator's listener says.
    func scrape() async throws -> Scrape {
        let port = try #require(self.operatorPort)
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/metrics"))
        let (data, _) = try await Self.session.data(from: url)
        return try Scrape(String(decoding: data, as: UTF8.self))
    }

    /// Asks until the answer is as it should be; the test's own limit is the bound.
    @discardableResult
    func scrape(until isWanted: (Scrape) -> Bool) async throws -> Scrape {
        while true {
            try Task.checkCancellation()
            let scrape = try await self.scrape()
            if isWanted(scrape) { return scrape }
        }
    }
}
