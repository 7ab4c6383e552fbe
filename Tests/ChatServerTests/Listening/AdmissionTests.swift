import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct AdmissionTests {
    private let start = ContinuousClock.now

    private enum Entry: Equatable { case admitted, turnedAway(UInt16), closed }

    private func enter(
        _ admission: Admission,
        from address: String? = "192.0.2.1",
        isProxy: Bool = false,
        _ places: inout [Admission.Place]
    ) -> Entry {
        switch admission.enter(address.flatMap { NetworkAddress($0)?.block }, isProxy: isProxy, now: self.start) {
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
        let admission = Admission(maximum: 2, cost: .none, reserve: 1)
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
        var cost = CostLimits.none
        cost.connectionsPerAddress = 1
        let admission = Admission(maximum: nil, cost: cost)
        var places: [Admission.Place] = []
        #expect(self.enter(admission, &places) == .admitted)
        for _ in 0..<Admission.reservePerAddress { #expect(self.enter(admission, &places) == .turnedAway(1013)) }
        #expect(self.enter(admission, &places) == .closed)
        #expect(self.enter(admission, from: "192.0.2.2", &places) == .admitted)
        #expect(self.enter(admission, from: nil, &places) == .admitted)
        for place in places { place.leave() }
        #expect(self.enter(admission, &places) == .admitted)
    }

    @Test func `an address has a rate of new connections, and so has the node`() throws {
        var cost = CostLimits.none
        cost.openings = Limits.Rate(burst: 3, perSecond: 1)
        cost.nodeOpenings = Limits.Rate(burst: 5, perSecond: 1)
        let metrics = MetricsRegistry()
        let admission = Admission(maximum: nil, cost: cost, refusals: RefusalMetrics(of: metrics))
        var places: [Admission.Place] = []
        for _ in 0..<3 { #expect(self.enter(admission, &places) == .admitted) }
        #expect(self.enter(admission, &places) == .turnedAway(1013))
        // Who comes and goes at once pays as well.
        for place in places { place.leave() }
        places = []
        #expect(self.enter(admission, &places) == .turnedAway(1013))
        for _ in 0..<2 { #expect(self.enter(admission, from: "192.0.2.2", &places) == .admitted) }
        #expect(self.enter(admission, from: "192.0.2.3", &places) == .turnedAway(1013))
        #expect(metrics.total(Metric.refused.name) == 3)
    }

    @Test func `connections that finish no request have a limit of their own`() {
        var cost = CostLimits.none
        cost.pendingPerAddress = 2
        let admission = Admission(maximum: nil, cost: cost)
        var places: [Admission.Place] = []
        for _ in 0..<2 { #expect(self.enter(admission, &places) == .admitted) }
        for _ in 0..<Admission.reservePerAddress { #expect(self.enter(admission, &places) == .turnedAway(1013)) }
        #expect(self.enter(admission, &places) == .closed)
        #expect(self.enter(admission, from: "192.0.2.2", &places) == .admitted)
        for place in places.dropFirst(2) { place.leave() }
        places[0].settle()
        places[0].settle()
        #expect(self.enter(admission, &places) == .admitted)
        #expect(self.enter(admission, &places) == .turnedAway(1013))
    }

    @Test func `a connection of a proxy counts for its client, from when that is known`() throws {
        var cost = CostLimits.none
        cost.connectionsPerAddress = 1
        let admission = Admission(maximum: nil, cost: cost)
        let client = try #require(NetworkAddress("192.0.2.9")).block
        var places: [Admission.Place] = []
        for _ in 0..<3 { #expect(self.enter(admission, from: nil, &places) == .admitted) }
        #expect(admission.addressCount == 0)
        #expect(places[0].claim(for: client, now: self.start) == .stays)
        // It is claimed once.
        #expect(places[0].claim(for: client, now: self.start) == .stays)
        let refusal = Admission.OnClaim.turnedAway(AdmissionRefusal.connectionsPerAddress(1).disconnect)
        #expect(places[1].claim(for: client, now: self.start) == refusal)
        #expect(self.enter(admission, from: "192.0.2.9", &places) == .turnedAway(1013))
        #expect(places[2].claim(for: nil, now: self.start) == .stays)
        for place in places { place.leave() }
        #expect(admission.addressCount == 0 && admission.count == 0)
    }

    @Test func `a client behind a proxy gets as many refusals as another one, and gives them back`() throws {
        var cost = CostLimits.none
        cost.connectionsPerAddress = 1
        let admission = Admission(maximum: nil, cost: cost, reserve: 20)
        let client = try #require(NetworkAddress("192.0.2.9")).block
        var places: [Admission.Place] = []
        for _ in 0..<30 { #expect(self.enter(admission, from: nil, isProxy: true, &places) == .admitted) }
        let claims = places.indices.map { places[$0].claim(for: client, now: self.start) }
        #expect(claims[0] == .stays)
        #expect(claims.count { $0 == .closed } == 29 - Admission.reservePerAddress)
        // Those that are closed leave as well, and others get their refusals after that.
        for place in places.dropFirst() { place.leave() }
        places.removeLast(29)
        #expect(self.enter(admission, from: "192.0.2.9", &places) == .turnedAway(1013))
        for place in places { place.leave() }
        #expect(admission.addressCount == 0 && admission.count == 0)
        #expect(self.enter(admission, from: "192.0.2.9", &places) == .admitted)
    }

    @Test func `a client that is refused behind a proxy takes nothing of the node's rate from others`() throws {
        var cost = CostLimits.none
        cost.openings = Limits.Rate(burst: 1, perSecond: 1)
        cost.nodeOpenings = Limits.Rate(burst: 3, perSecond: 1)
        let admission = Admission(maximum: nil, cost: cost)
        var places: [Admission.Place] = []
        for _ in 0..<9 { #expect(self.enter(admission, from: nil, isProxy: true, &places) == .admitted) }
        let greedy = try #require(NetworkAddress("192.0.2.9")).block
        for index in 0..<6 { #expect((places[index].claim(for: greedy, now: self.start) == .stays) == (index == 0)) }
        for (index, last) in [(6, "1"), (7, "2"), (8, "3")] {
            let other = try #require(NetworkAddress("192.0.2.\(last)")).block
            #expect((places[index].claim(for: other, now: self.start) == .stays) == (index < 8))
        }
    }

    @Test func `an address within its limit cannot hold the reserve of a full node`() {
        let admission = Admission(maximum: 1, cost: .none, reserve: 20)
        var places: [Admission.Place] = []
        #expect(self.enter(admission, from: "192.0.2.2", &places) == .admitted)
        for _ in 0..<Admission.reservePerAddress { #expect(self.enter(admission, &places) == .turnedAway(1013)) }
        #expect(self.enter(admission, &places) == .closed)
        #expect(self.enter(admission, from: "192.0.2.3", &places) == .turnedAway(1013))
    }

    @Test func `a hundred thousand addresses are forgotten when they have gone`() throws {
        let admission = Admission(maximum: nil, cost: CostLimits())
        var places: [Admission.Place] = []
        for number in 0..<100_000 {
            let address = NetworkAddress(bytes: [
                10, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255),
            ])
            // The node's own rate is not what this is about.
            let now = self.start + .milliseconds(number)
            guard case .admitted(let place) = admission.enter(address?.block, now: now) else { continue }
            places.append(place)
        }
        #expect(places.count == 100_000 && admission.addressCount == 100_000)
        for place in places { place.leave() }
        #expect(admission.addressCount == 0)
    }

    @Test func `a node that goes away says so`() {
        let admission = Admission(maximum: nil, cost: .none)
        var places: [Admission.Place] = []
        admission.withdraw()
        #expect(admission.isDraining)
        #expect(self.enter(admission, &places) == .admitted)
        admission.beginDraining()
        admission.withdraw()
        #expect(self.enter(admission, &places) == .turnedAway(1012))
    }

    @Test func `the window for those who come back is that of all who are there when a node begins to drain`() {
        let admission = Admission(maximum: nil, cost: .none)
        for _ in 0..<10_000 { admission.webSocketOpened() }
        admission.withdraw()
        #expect(admission.beginDraining() == ReturnSpread(connections: 10_000))
        for _ in 0..<10_000 { admission.webSocketClosed() }
        #expect(admission.beginDraining() == ReturnSpread(connections: 10_000))
    }

    @Test func `a node that fails has not been asked to end`() {
        let admission = Admission(maximum: nil, cost: .none)
        #expect(admission.beginDraining() == ReturnSpread(connections: 0))
        #expect(!admission.isDraining)
    }

    @Test(arguments: [(60, 2), (1024, 2), (1 << 20, 64), (8, 2), (0, 1024), (Int.max, 1)])
    func `connections leave descriptors for everything else`(descriptors: Int, threads: Int) {
        let budget = DescriptorBudget(descriptors: descriptors, threads: threads)
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
