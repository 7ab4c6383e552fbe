import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct AdmissionTests {
    private enum Entry: Equatable { case admitted, turnedAway(UInt16), closed }

    private func enter(
        _ admission: Admission,
        from address: String? = "192.0.2.1",
        _ places: inout [Admission.Place]
    ) -> Entry {
        switch admission.enter(address.flatMap { NetworkAddress($0)?.block }) {
        case .admitted(let place):
            places.append(place)
            return .admitted
        case .turnedAway(let place, let reason):
            places.append(place)
            return .turnedAway(reason.code)
        case .closed: return .closed
        }
    }

    @Test func `past the limit some are told so, and the rest closed, until a place is free`() {
        let admission = Admission(maximum: 2, maximumPerAddress: nil, reserve: 1)
        var places: [Admission.Place] = []
        #expect(self.enter(admission, &places) == .admitted)
        #expect(self.enter(admission, &places) == .admitted)
        #expect(self.enter(admission, &places) == .turnedAway(1013))
        #expect(self.enter(admission, &places) == .closed)
        #expect(admission.count == 3)
        places.removeLast().leave()
        #expect(self.enter(admission, &places) == .turnedAway(1013))
        places.removeFirst().leave()
        #expect(self.enter(admission, &places) == .admitted)
        for place in places { place.leave() }
        #expect(admission.count == 0)
    }

    @Test func `an address has its own limit, and cannot use up the reserve`() {
        let admission = Admission(maximum: nil, maximumPerAddress: 1)
        var places: [Admission.Place] = []
        #expect(self.enter(admission, &places) == .admitted)
        for _ in 0..<Admission.reservePerAddress { #expect(self.enter(admission, &places) == .turnedAway(1013)) }
        #expect(self.enter(admission, &places) == .closed)
        #expect(self.enter(admission, from: "192.0.2.2", &places) == .admitted)
        #expect(self.enter(admission, from: nil, &places) == .admitted)
        for place in places { place.leave() }
        #expect(self.enter(admission, &places) == .admitted)
    }

    @Test func `a node that goes away says so`() {
        let admission = Admission(maximum: nil, maximumPerAddress: nil)
        admission.beginDraining()
        var places: [Admission.Place] = []
        #expect(self.enter(admission, &places) == .turnedAway(1012))
    }

    @Test(arguments: [(60, 2), (1024, 2), (1 << 20, 64), (8, 2), (0, 1024), (Int.max, 1)])
    func `connections leave descriptors for everything else`(descriptors: Int, threads: Int) {
        let budget = ConnectionBudget(descriptors: descriptors, threads: threads)
        #expect(budget.connections >= 1)
        #expect((1...256).contains(budget.reserve))
        #expect(descriptors < 100 || budget.connections + budget.reserve + 24 + 4 * threads <= descriptors)
    }

    @Test func `a listener without descriptors rests, and says so once a minute`() {
        let start = ContinuousClock.now
        var pacer = AcceptPacer()
        #expect(pacer.failed(now: start) == .rest(isTold: true))
        #expect(pacer.failed(now: start) == .wait)
        pacer.rested()
        #expect(pacer.failed(now: start + .seconds(1)) == .rest(isTold: false))
        pacer.rested()
        #expect(pacer.failed(now: start + .seconds(60)) == .rest(isTold: true))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_798_761_599_999, "Thu, 31 Dec 2026 23:59:59 GMT"),
        (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `a time is written as the standard says`(milliseconds: Int, text: String) {
        #expect(HTTPDate.text(ofMilliseconds: milliseconds) == text)
    }

    @Test func `a URL has as many rooms as a connection, and one error for the rest`() {
        let shorthand = ShorthandURL(
            query: "name=z&" + Array(repeating: "room=a", count: 50).joined(separator: "&"),
            maximumRooms: 3
        )
        #expect(shorthand.commands.count == 4)
        #expect(shorthand.refusals.map(\.error.code) == [.tooManyRooms])
        let wrong = ShorthandURL(
            query: Array(repeating: "history=x", count: 50).joined(separator: "&"),
            maximumRooms: 3
        )
        #expect(wrong.refusals.count == 1)
    }
}
