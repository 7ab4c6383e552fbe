import NIOCore
import Testing

@testable import ChatRedis

@Suite("What is on the wire and what waits", .patience)
struct CommandPipelineTests {
    private struct Request: PipelineRequest, Equatable, ExpressibleByStringLiteral {
        var name: String
        var isScript = true
        var isRepeatable = true
        var asks = false
        var priority = RequestPriority.normal
        var confirmsEarlier = false
        var mayBeDone = false
        var deadline = NIODeadline.uptimeNanoseconds(1000)
        var byteCount = 10

        init(stringLiteral name: String) { self.name = name }

        static func urgent(_ name: String) -> Request {
            var request = Request(stringLiteral: name)
            request.priority = .urgent
            return request
        }

        static func bulk(_ name: String) -> Request {
            var request = Request(stringLiteral: name)
            request.priority = .bulk
            return request
        }

        static func asking(_ name: String) -> Request {
            var request = Request(stringLiteral: name)
            request.asks = true
            return request
        }

        static func once(_ name: String) -> Request {
            var request = Request(stringLiteral: name)
            request.isRepeatable = false
            return request
        }

        static func plain(_ name: String) -> Request {
            var request = Request(stringLiteral: name)
            request.isScript = false
            return request
        }

        static func confirmation(_ name: String) -> Request {
            var request = Request.plain(name)
            request.isRepeatable = false
            request.confirmsEarlier = true
            return request
        }
    }

    private var pipeline = CommandPipeline<Request>(limit: 100, byteLimit: 1000)
    private let now = NIODeadline.uptimeNanoseconds(0)

    private mutating func submit(_ requests: Request...) -> [CommandPipeline<Request>.OnSubmit] {
        requests.map { self.pipeline.submit($0, now: self.now) }
    }

    private mutating func open() {
        self.pipeline.opened()
        _ = self.pipeline.proceed(scripts: 2, now: self.now)
    }

    /// What is sent next, with `load` for each script.
    private mutating func proceed() -> [String] {
        guard case .send(let requests, let loads) = self.pipeline.proceed(scripts: 2, now: self.now) else { return [] }
        return (loads ? ["load", "load"] : []) + requests.map(\.name)
    }

    /// Gives an answer; tells what it completes, and after a bar what fails.
    private mutating func reply(isNoScript: Bool = false) -> String {
        switch self.pipeline.replied(isNoScript: isNoScript, now: self.now) {
        case .complete(let request, let overtaken):
            ([request.name] + (overtaken.isEmpty ? [] : ["|"]) + overtaken.map(\.name)).joined(separator: " ")
        case .fail(let request): "| \(request.name)"
        case .keep: "keep"
        case .loaded: "loaded"
        case .close: "close"
        }
    }

    @Test
    mutating func `requests wait for the connection and go out in order`() {
        #expect(self.submit("a", "b") == [.wait, .wait])
        self.pipeline.opened()
        #expect(self.proceed() == ["a", "b"])
        #expect(self.submit("c") == [.send])
        #expect([self.reply(), self.reply(), self.reply()] == ["a", "b", "c"])
    }

    @Test
    mutating func `a new connection carries urgent requests alone until they are answered`() {
        #expect(self.submit("a", .urgent("u")) == [.wait, .wait])
        self.pipeline.opened()
        #expect(self.submit(.urgent("v"), "b") == [.send, .wait])
        #expect(self.proceed() == ["u"])
        #expect(self.reply() == "v")
        #expect(self.proceed() == [])
        // An answer may make another request urgent before it is dealt with.
        #expect(self.reply() == "u")
        #expect(self.submit(.urgent("w")) == [.send])
        #expect(self.proceed() == [])
        #expect(self.reply() == "w")
        #expect(self.proceed() == ["a", "b"])
    }

    @Test
    mutating func `refused scripts are loaded and go out again before anything newer`() {
        self.open()
        #expect(self.submit("a", "b", .plain("p"), "c") == [.send, .send, .send, .send])
        #expect(self.reply() == "a")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.submit("d") == [.wait])
        #expect(self.proceed() == [])
        #expect(self.reply() == "p")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.proceed() == ["load", "load", "b", "c", "d"])
        #expect([self.reply(), self.reply(), self.reply()] == ["loaded", "loaded", "b"])
        // And again, should Redis forget again.
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.proceed() == ["load", "load", "c", "d"])
    }

    @Test
    mutating func `a refused request that a later one has overtaken fails`() {
        self.open()
        _ = self.submit("a", "b", "c")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.reply() == "c | a b")
        #expect(self.submit("d") == [.wait])
        #expect(self.proceed() == ["load", "load", "d"])
    }

    @Test
    mutating func `what may be repeated is, in order, when the connection is lost`() {
        self.open()
        _ = self.submit("a", .once("b"), "c", .urgent("u"))
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.submit("d") == [.wait])
        #expect(self.pipeline.lost(bulkUntil: .uptimeNanoseconds(5000)).map(\.name) == ["b"])
        self.pipeline.opened()
        #expect(self.proceed() == ["u"])
        #expect(self.reply() == "u")
        #expect(self.proceed() == ["a", "c", "d"])
    }

    @Test
    mutating func `who was on the wire when the connection was lost is told from who was not`() {
        self.open()
        _ = self.submit("a", "b", "c")
        #expect(self.reply() == "a")
        // It was refused for want of its script: it was not done.
        #expect(self.reply(isNoScript: true) == "keep")
        _ = self.pipeline.lost(bulkUntil: .uptimeNanoseconds(5000))
        _ = self.submit("d")
        let expired = self.pipeline.expire(.distantFuture)
        #expect(expired.map(\.name) == ["b", "c", "d"])
        #expect(expired.map(\.mayBeDone) == [false, true, false])
    }

    @Test
    mutating func `what waits too long is given up, what is on the wire is not`() {
        self.open()
        _ = self.submit("a")
        _ = self.pipeline.lost(bulkUntil: .uptimeNanoseconds(5000))
        var late: Request = "late"
        late.deadline = .uptimeNanoseconds(3000)
        _ = self.submit(.urgent("u"), late)
        #expect(self.pipeline.expire(.uptimeNanoseconds(999)).isEmpty)
        #expect(self.pipeline.expire(.uptimeNanoseconds(2000)).map(\.name) == ["u", "a"])
        self.pipeline.opened()
        #expect(self.proceed() == ["late"])
        #expect(self.pipeline.expire(.distantFuture).isEmpty)
    }

    @Test
    mutating func `requests have a bound, and their bytes too`() {
        var pipeline = CommandPipeline<Request>(limit: 2, byteLimit: 1000)
        #expect(["a", "b", "c"].map { pipeline.submit($0, now: self.now) } == [.wait, .wait, .refuse])
        #expect(pipeline.expire(.distantFuture).count == 2)
        #expect(pipeline.submit("d", now: self.now) == .wait)
        pipeline = CommandPipeline<Request>(limit: 100, byteLimit: 25)
        #expect(["a", "b", "c"].map { pipeline.submit($0, now: self.now) } == [.wait, .wait, .refuse])
    }

    @Test
    mutating func `an answer that nobody asked for closes the connection`() {
        self.open()
        #expect(self.reply() == "close")
    }

    @Test
    mutating func `silence is counted from the first request that is not answered`() {
        self.open()
        #expect(self.pipeline.silence(.uptimeNanoseconds(9)) == .zero)
        _ = self.pipeline.submit("a", now: .uptimeNanoseconds(5))
        _ = self.pipeline.submit("b", now: .uptimeNanoseconds(6))
        #expect(self.pipeline.silence(.uptimeNanoseconds(9)) == .nanoseconds(4))
        _ = self.pipeline.replied(isNoScript: false, now: .uptimeNanoseconds(8))
        #expect(self.pipeline.silence(.uptimeNanoseconds(9)) == .nanoseconds(1))
        _ = self.pipeline.replied(isNoScript: false, now: .uptimeNanoseconds(8))
        #expect(self.pipeline.silence(.uptimeNanoseconds(9)) == .zero)
    }

    @Test
    mutating func `what confirms the requests before it fails when one of them was refused for want of its script`() {
        self.open()
        _ = self.submit("a", .confirmation("wait"), "b")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.reply() == "| wait")
        #expect(self.reply(isNoScript: true) == "keep")
        #expect(self.proceed() == ["load", "load", "a", "b"])
    }

    @Test
    mutating func `what confirms the requests before it fails with its connection`() {
        self.open()
        _ = self.submit("a", .confirmation("wait"))
        #expect(self.pipeline.lost(bulkUntil: .uptimeNanoseconds(5000)).map(\.name) == ["wait"])
        self.open()
        #expect(self.reply() == "a")
    }

    // MARK: Crowds

    private static let window = CommandPipeline<Request>.bulkWindow

    /// Submits more bulk requests than go out at once.
    private mutating func crowd(_ count: Int) -> [CommandPipeline<Request>.OnSubmit] {
        (0..<count).map { self.pipeline.submit(.bulk("\($0)"), now: self.now) }
    }

    @Test
    mutating func `a crowd goes out by windows, in order`() {
        self.open()
        let count = Self.window + 3
        #expect(self.crowd(count) == Array(repeating: .send, count: Self.window) + [.wait, .wait, .wait])
        #expect(self.proceed().isEmpty)
        #expect(self.reply() == "0")
        #expect(self.proceed() == ["\(Self.window)"])
        // Nothing of a crowd goes past what waits of it.
        #expect([self.reply(), self.reply()] == ["1", "2"])
        #expect(self.submit(.bulk("late")) == [.wait])
        #expect(self.proceed() == ["\(Self.window + 1)", "\(Self.window + 2)"])
        #expect(self.reply() == "3")
        #expect(self.proceed() == ["late"])
    }

    @Test
    mutating func `what is no crowd goes past it`() {
        self.open()
        _ = self.crowd(Self.window + 1)
        #expect(self.submit("a", .urgent("u"), .plain("p")) == [.send, .send, .send])
    }

    @Test
    mutating func `a crowd comes last on a new connection, by windows as well`() {
        let count = Self.window + 1
        #expect(self.crowd(count) == Array(repeating: .wait, count: count))
        #expect(self.submit("a", .urgent("u")) == [.wait, .wait])
        self.pipeline.opened()
        #expect(self.proceed() == ["u"])
        #expect(self.submit(.bulk("b")) == [.wait])
        #expect(self.reply() == "u")
        #expect(self.proceed() == ["a"] + (0..<Self.window).map(String.init))
    }

    @Test
    mutating func `a crowd keeps its order over a lost connection`() {
        self.open()
        _ = self.crowd(Self.window + 1)
        #expect(self.reply() == "0")
        #expect(self.pipeline.lost(bulkUntil: .uptimeNanoseconds(5000)).isEmpty)
        self.pipeline.opened()
        #expect(self.proceed() == (1...Self.window).map(String.init))
        #expect(self.pipeline.expire(.distantFuture).isEmpty)
    }

    @Test
    mutating func `a crowd waits for its turn as long as it takes, and for a connection as long as anybody`() {
        self.open()
        _ = self.crowd(Self.window + 1)
        #expect(self.pipeline.expire(.distantFuture).isEmpty)
        _ = self.pipeline.lost(bulkUntil: .uptimeNanoseconds(5000))
        // Their time for that begins now, however long they have waited for their turn.
        #expect(self.pipeline.expire(.uptimeNanoseconds(4999)).isEmpty)
        #expect(self.pipeline.expire(.uptimeNanoseconds(5000)).count == Self.window + 1)
    }

    @Test
    mutating func `a crowd leaves space to everybody else`() {
        self.open()
        let results = self.crowd(100)
        #expect(results.count { $0 == .refuse } == 25)
        #expect(self.submit("a", .urgent("u")) == [.send, .send])
    }

    @Test
    mutating func `a crowd whose scripts are gone goes out again before the rest of it`() {
        self.open()
        _ = self.crowd(Self.window + 2)
        for _ in 0..<Self.window { #expect(self.reply(isNoScript: true) == "keep") }
        #expect(self.proceed() == ["load", "load"] + (0..<Self.window).map(String.init))
        #expect([self.reply(), self.reply(), self.reply()] == ["loaded", "loaded", "0"])
        #expect(self.proceed() == ["\(Self.window)"])
    }

    // MARK: Slots that move

    @Test
    mutating func `what asks another server has a command before it, with an answer of its own`() {
        self.open()
        #expect(self.submit(.asking("a"), "b") == [.send, .send])
        #expect([self.reply(), self.reply(), self.reply()] == ["loaded", "a", "b"])
    }

    @Test
    mutating func `what asks another server does so again when its script is gone`() {
        self.open()
        _ = self.submit(.asking("a"))
        #expect([self.reply(), self.reply(isNoScript: true)] == ["loaded", "keep"])
        #expect(self.proceed() == ["load", "load", "a"])
        #expect([self.reply(), self.reply(), self.reply(), self.reply()] == ["loaded", "loaded", "loaded", "a"])
    }

    @Test
    mutating func `what was not sent is given back, and the rest keeps its order`() {
        _ = self.submit("a", "b", .urgent("u"), .bulk("c"), "d")
        #expect(self.pipeline.withdraw { $0.name == "a" || $0.name == "c" }.map(\.name) == ["a", "c"])
        self.pipeline.opened()
        #expect(self.proceed() == ["u"])
        #expect(self.reply() == "u")
        #expect(self.proceed() == ["b", "d"])
        // It is on the wire.
        #expect(self.pipeline.withdraw { _ in true }.isEmpty)
        #expect([self.reply(), self.reply()] == ["b", "d"])
    }
}
