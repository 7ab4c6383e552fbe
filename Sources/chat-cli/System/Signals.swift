internal import Dispatch
internal import Glibc

/// Signals as a stream: none of them ends the program before it has put the terminal back.
final class Signals {
    /// The signals as they come.
    let stream: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init(_ numbers: [Int32]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(16))
        self.stream = stream
        self.sources = numbers.map { number in
            // SIGWINCH, which nothing would be done about, does not reach a source unless it is handled at all.
            signal(number, { _ in })
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    deinit { for source in self.sources { source.cancel() } }
}
