import Glibc

/// What one message costs on its way through a node, station by station, without sockets.
///
///     MicroBenchmarks               times and allocations
///     MicroBenchmarks --counts      allocations only, as a file of bounds
///     MicroBenchmarks --check FILE  whether no station allocates more than its bound
@main
enum MicroBenchmarks {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let stations = try Stations.all()
        switch (arguments.first, arguments.count) {
        case (nil, _): try self.report(stations)
        case ("--counts", 1):
            for station in stations { print(Bounds.line(try AllocationCount(of: station), station.name)) }
        case ("--check", 2): exit(try self.check(stations, against: arguments.last ?? ""))
        default:
            print("usage: MicroBenchmarks [--counts | --check FILE]")
            exit(64)
        }
    }

    private static func report(_ stations: [Station]) throws {
        print("one repetition: ns (fastest and median of 15 rounds), allocations, bytes allocated")
        for station in stations {
            let time = try Stopwatch.time(station.work)
            let count = try AllocationCount(of: station)
            let columns = [Self.number(time.fastest), Self.number(time.median), count.text, String(count.bytes)]
            print(Self.left(station.name, 44) + columns.map { Self.right($0, 10) }.joined())
        }
    }

    private static func check(_ stations: [Station], against path: String) throws -> Int32 {
        guard AllocationCount.isPossible, Bounds.areOfThisCompiler else {
            print("nothing is checked: the bounds are of Swift 6.3 and glibc")
            return 0
        }
        let bounds = try Bounds(path)
        let counts = try Dictionary(uniqueKeysWithValues: stations.map { ($0.name, try AllocationCount(of: $0)) })
        let findings = bounds.findings(counts)
        for finding in findings { print(finding) }
        print("\(stations.count - findings.count) passed, \(findings.count) failed")
        return findings.isEmpty ? 0 : 1
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func number(_ time: Duration) -> String { String(time.components.attoseconds / 1_000_000_000) }
}
