import Allocations
import Glibc

/// What one repetition of a station allocates: the same on every machine, and so fit to be checked.
struct AllocationCount {
    private static let repetitions = 200

    /// Allocations of all repetitions together; a whole number of them, where a share of one would be rounded.
    var total: Int
    /// Bytes of one repetition.
    var bytes: Int

    static var isPossible: Bool { allocations_are_counted() != 0 }

    init(of station: Station) throws {
        // What is made once is not counted.
        var sink = try station.work()
        let before = allocations_now()
        for _ in 0..<Self.repetitions { sink &+= try station.work() }
        let after = allocations_now()
        if sink == .min { print(sink) }
        self.total = Int(after.count - before.count)
        self.bytes = Int(after.bytes - before.bytes) / Self.repetitions
    }

    /// Of one repetition, with two places.
    var text: String {
        let hundredths = self.total * 100 / Self.repetitions
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100)." + (fraction.count < 2 ? "0" : "") + fraction
    }
}

/// The most that stations may allocate: a file with lines of a number and a name, of this configuration of the build.
struct Bounds {
    private var bounds: [String: Double] = [:]

    /// Another compiler, or another standard library, allocates elsewhere.
    static var areOfThisCompiler: Bool {
        #if compiler(>=6.3) && compiler(<6.4)
        true
        #else
        false
        #endif
    }

    /// Reads a file.
    ///
    /// - Parameter path: The file; what stands behind # is a remark.
    /// - Throws: ``BoundsError``.
    init(_ path: String) throws {
        guard let file = fopen(path, "r") else { throw BoundsError(description: "\(path) cannot be read") }
        defer { fclose(file) }
        while let line = readLine(from: file) {
            let words = line.prefix { $0 != "#" }.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            guard let bound = Double(words[0]) else { throw BoundsError(description: "\(path): \(line)") }
            self.bounds[words[1].trimmed] = bound
        }
    }

    static func line(_ count: AllocationCount, _ name: String) -> String { "\(count.text) \(name)" }

    /// What is above its bound, has none, or is gone.
    func findings(_ counts: [String: AllocationCount]) -> [String] {
        var findings: [String] = []
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            guard let bound = self.bounds[name] else {
                findings.append("\(name): has no bound; it allocates \(count.text) times")
                continue
            }
            guard let value = Double(count.text), value <= bound else {
                findings.append("\(name): allocates \(count.text) times, its bound is \(bound)")
                continue
            }
        }
        let gone = self.bounds.keys.filter { counts[$0] == nil }.sorted()
        return findings + gone.map { "\($0): there is no such station" }
    }
}

/// Why bounds cannot be read.
struct BoundsError: Error, CustomStringConvertible {
    var description: String
}

private func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
    var line: UnsafeMutablePointer<CChar>?
    var size = 0
    defer { free(line) }
    guard getline(&line, &size, file) >= 0, let line else { return nil }
    return String(cString: line)
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
