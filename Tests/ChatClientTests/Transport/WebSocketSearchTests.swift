import Testing

@testable import ChatClient

/// The tries of a client on streams to get back to a WebSocket.
@Suite(.patience)
struct WebSocketSearchTests {
    private let start = ContinuousClock.now

    @Test func `the first try comes a minute after the streams have begun`() {
        #expect(WebSocketSearch(now: self.start).due == self.start + .seconds(60))
    }

    @Test func `a try that fails is followed by the next one a minute after its end`() {
        var search = WebSocketSearch(now: self.start)
        // Where packets are dropped, a try takes as long as it may.
        var end = search.due + .seconds(10)
        for _ in 0..<3 {
            #expect(search.tried(isOpen: false, now: end) == .goOn)
            #expect(search.due == end + .seconds(60))
            end = search.due + .milliseconds(3)
        }
    }

    @Test func `once a WebSocket opens the streams are left`() {
        var search = WebSocketSearch(now: self.start)
        #expect(search.tried(isOpen: false, now: search.due) == .goOn)
        #expect(search.tried(isOpen: true, now: search.due) == .leave)
    }
}
