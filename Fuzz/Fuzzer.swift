import Glibc

/// What libFuzzer calls with each input; FUZZ_SINK says where it goes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    sink.feed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let sink: Sink = {
    guard let name = getenv("FUZZ_SINK"), let sink = Sink(rawValue: String(cString: name)) else {
        print("FUZZ_SINK is one of \(Sink.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(2)
    }
    return sink
}()
