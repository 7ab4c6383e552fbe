import Testing

@testable import ChatServer

/// When memory is given back.
@Suite(.patience)
struct HeapUpkeepMachineTests {
    private var machine = HeapUpkeepMachine()

    /// Looks at the node a number of times; gives at which looks memory was given back.
    private mutating func looks(_ count: Int = HeapUpkeepMachine.calm, at connections: Int) -> [Int] {
        (1...count).filter { _ in self.machine.look(connections: connections) }
    }

    @Test mutating func `memory is given back once when a crowd has been gone for a while`() {
        #expect(self.looks(at: 1000).isEmpty)
        #expect(self.looks(at: 20) == [HeapUpkeepMachine.calm])
        #expect(self.looks(100, at: 20).isEmpty)
    }

    @Test mutating func `a crowd that comes back at once keeps its memory`() {
        #expect(self.looks(at: 1000).isEmpty)
        for _ in 1...10 {
            #expect(self.looks(HeapUpkeepMachine.calm - 1, at: 0).isEmpty)
            #expect(self.looks(1, at: 900).isEmpty)
        }
    }

    @Test mutating func `a crowd that goes in steps gives memory back at each half`() {
        #expect(self.looks(at: 1000).isEmpty)
        #expect(self.looks(at: 501).isEmpty)
        #expect(self.looks(at: 500).count == 1)
        #expect(self.looks(at: 251).isEmpty)
        #expect(self.looks(at: 100).count == 1)
    }

    @Test mutating func `a few people are no crowd`() {
        #expect(self.looks(at: HeapUpkeepMachine.crowd - 1).isEmpty)
        #expect(self.looks(100, at: 0).isEmpty)
    }
}
