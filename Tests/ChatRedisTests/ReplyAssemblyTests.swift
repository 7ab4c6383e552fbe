import Testing

@testable import ChatRedis

@Suite("Replies and pushes from their parts", .patience)
struct ReplyAssemblyTests {
    private var assembly = ReplyAssembly()

    @Test
    mutating func `a reply of which parts are missing is none, and the next one begins anew`() {
        self.begin(3, 2)
        self.assembly.append(.null)
        self.begin(0)
        #expect(self.taken() == nil)
        self.begin(1)
        self.assembly.append(.status("OK"))
        #expect(self.taken() == .array([.status("OK")]))
    }

    @Test
    mutating func `a reply is there once`() {
        for number in 1...2 {
            self.begin(2)
            self.assembly.append(.integer(number))
            self.begin(0)
            #expect(self.taken() == .array([.integer(number), .array([])]))
            #expect(self.taken() == nil)
        }
    }

    @Test
    mutating func `eight arrays may be in each other, with an empty one in the last`() {
        self.begin(1, 1, 1, 1, 1, 1, 1, 1)
        let mayBegin = self.assembly.begin(1)
        #expect(!mayBegin)
        self.begin(0)
        var expected = RedisReply.array([])
        for _ in 1...8 { expected = .array([expected]) }
        #expect(self.taken() == expected)
    }

    @Test
    mutating func `an array may have more elements than space is reserved for`() {
        self.begin(1000)
        for number in 0..<1000 { self.assembly.append(.integer(number)) }
        #expect(self.taken()?.array?.compactMap(\.integer) == Array(0..<1000))
    }

    @Test
    func `the parts of a push that follow those that count are left out`() {
        var assembly = PushAssembly()
        assembly.begin(4)
        for word in ["subscribe", "a", "1", "2"] { word.withBytes { assembly.append($0) } }
        let (push, next) = (assembly.take(), assembly.take())
        #expect(push == .subscribed(ChannelName("a")))
        #expect(next == nil)
    }

    private mutating func begin(_ counts: Int...) {
        for count in counts {
            let mayBegin = self.assembly.begin(count)
            #expect(mayBegin)
        }
    }

    private mutating func taken() -> RedisReply? { self.assembly.take() }
}

extension String {
    fileprivate func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var text = self
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
