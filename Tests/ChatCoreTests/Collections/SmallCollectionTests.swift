import ChatCore
import TestSupport
import Testing

@Suite("Collections that mostly have one element", .patience)
struct SmallCollectionTests {
    /// The same steps for both, with few different elements, so that each state is met many times.
    @Test func `a small set is what a set is, whatever is done to it`() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<200 {
            var (small, set) = (SmallSet<Int>(), Set<Int>())
            for _ in 0..<30 {
                let element = Int.random(in: 0..<4, using: &generator)
                if Bool.random(using: &generator) {
                    small.insert(element)
                    set.insert(element)
                } else {
                    #expect(small.remove(element) == (set.remove(element) != nil))
                }
                #expect(Array(small).sorted() == set.sorted() && small.isEmpty == set.isEmpty)
                for element in 0..<4 { #expect(small.contains(element) == set.contains(element)) }
            }
        }
    }

    @Test func `a small map is what a dictionary is, whatever is done to it`() {
        var generator = SplitMix64(seed: 2)
        for _ in 0..<200 {
            var (small, dictionary) = (SmallMap<Int, Int>(), [Int: Int]())
            for step in 0..<30 {
                let key = Int.random(in: 0..<4, using: &generator)
                let value = Bool.random(using: &generator) ? step : nil
                (small[key], dictionary[key]) = (value, value)
                #expect(small.count == dictionary.count)
                for key in 0..<4 { #expect(small[key] == dictionary[key]) }
                #expect(small.map(\.1).sorted() == dictionary.values.sorted())
            }
        }
    }

    @Test func `one element takes no memory of its own`() {
        // The element, and which state it is.
        #expect(MemoryLayout<SmallSet<UInt64>>.size <= MemoryLayout<UInt64>.size + 1)
    }
}
