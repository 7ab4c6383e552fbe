internal import ChatCore
internal import Logging
internal import NIOCore

extension RedisRequest: LaneRequest {}

/// Sends each request to the server of a Cluster that has its slot, and again when the slot has moved.
///
/// It belongs to the broker and is used on its event loop only.
final class SlotRouter {
    let members: ClusterMembers
    let finder: ClusterFinder
    private let eventLoop: any EventLoop
    private let patience: TimeAmount
    private var lanes: SlotLanes<RedisRequest>
    private var willRetry = false
    private var isStopped = false

    init(
        _ members: ClusterMembers,
        _ finder: ClusterFinder,
        _ configuration: RedisConfiguration,
        on eventLoop: any EventLoop
    ) {
        (self.members, self.finder, self.eventLoop) = (members, finder, eventLoop)
        self.patience = TimeAmount(configuration.patience)
        self.lanes = SlotLanes(limit: configuration.pendingLimit, byteLimit: configuration.pendingByteLimit)
    }

    // MARK: Sending

    func submit(_ request: RedisRequest) { self.submit([request]) }

    /// Sends requests, those of each slot in order.
    func submit(_ requests: [RedisRequest]) {
        var departures: [SlotLanes<RedisRequest>.Departure] = []
        for var request in requests {
            guard let key = request.key else {
                self.submitAnywhere(request)
                continue
            }
            guard !self.isStopped else {
                request.fail(.isAway)
                continue
            }
            request.deadline = .now() + self.patience
            switch self.lanes.submit(request, to: HashSlot(of: key)) {
            case .send(let ticket): departures.append(.init(ticket: ticket, request: request, asks: nil))
            case .hold: break
            case .refuse: request.fail(.isFull)
            }
        }
        self.send(departures)
    }

    private func submitAnywhere(_ request: RedisRequest) {
        guard let endpoint = self.members.all.first else { return request.fail(.isAway) }
        endpoint.link(request.way).submit(request)
    }

    private func send(_ departures: [SlotLanes<RedisRequest>.Departure]) {
        var commits: [RedisEndpoint.ID: (endpoint: RedisEndpoint, departures: [SlotLanes<RedisRequest>.Departure])] =
            [:]
        for departure in departures {
            let asked = departure.asks.flatMap { self.members.endpoint(at: $0) }
            guard let endpoint = asked ?? self.members.endpoint(of: departure.ticket.slot) else {
                self.returned(departure.ticket, departure.request, .waitLonger)
                continue
            }
            if departure.request.way == .confirmed, endpoint.confirmation != nil {
                commits[endpoint.id, default: (endpoint, [])].departures.append(departure)
            } else {
                endpoint.link(departure.request.way).submit(self.outgoing(departure, to: endpoint))
            }
        }
        for commit in commits.values { self.commit(commit.departures, at: commit.endpoint) }
    }

    /// A request as it is sent: its answers come by way of the lane.
    private func outgoing(_ departure: SlotLanes<RedisRequest>.Departure, to endpoint: RedisEndpoint) -> RedisRequest {
        let (ticket, request) = (departure.ticket, departure.request)
        var outgoing = request
        outgoing.asks = departure.asks != nil && departure.asks == endpoint.member
        outgoing.onReturn = { returned, redirection in
            var again = request
            again.mayBeDone = returned.mayBeDone
            self.follow(redirection, ticket, again, endpoint)
        }
        outgoing.completion = { result in
            self.answered(ticket)
            request.completion(result)
        }
        return outgoing
    }

    /// Sends requests together, and waits until replicas of this server have confirmed them.
    private func commit(_ departures: [SlotLanes<RedisRequest>.Departure], at endpoint: RedisEndpoint) {
        var returned: Set<SlotLanes<RedisRequest>.Ticket> = []
        let requests = departures.map { departure in
            var outgoing = self.outgoing(departure, to: endpoint)
            let onReturn = outgoing.onReturn
            outgoing.onReturn = {
                returned.insert(departure.ticket)
                onReturn?($0, $1)
            }
            return outgoing
        }
        endpoint.confirmation?.commit(requests) { results, confirmed in
            for (departure, result) in zip(departures, results) where !returned.contains(departure.ticket) {
                self.answered(departure.ticket)
                departure.request.onConfirmed?(result, confirmed)
            }
        }
    }

    // MARK: Answers

    private func answered(_ ticket: SlotLanes<RedisRequest>.Ticket) {
        for request in self.lanes.answered(ticket) { request.fail(.wasOvertaken) }
        self.send(self.lanes.proceed(ticket.slot, .now()))
    }

    private func follow(
        _ redirection: Redirection,
        _ ticket: SlotLanes<RedisRequest>.Ticket,
        _ request: RedisRequest,
        _ endpoint: RedisEndpoint
    ) {
        switch redirection {
        case .withdrawn: self.returned(ticket, request, .withdrawn)
        case .moved:
            // The slot is elsewhere before the request comes back, so that nothing overtakes it.
            let isKnown = self.learn(redirection, from: endpoint)
            self.returned(ticket, request, isKnown ? .moved : .wait)
        case .ask(let destination):
            let server = endpoint.member.flatMap { destination.address(from: $0) }
            // A server that has no slot yet is not known: the slot will be its first one.
            guard let server, self.members.endpoint(at: server) != nil else {
                return self.returned(ticket, request, .wait)
            }
            self.returned(ticket, request, .ask(server))
        case .tryAgain: self.returned(ticket, request, .wait)
        case .isDown:
            _ = self.learn(redirection, from: endpoint)
            self.returned(ticket, request, .waitLonger)
        }
    }

    private func returned(
        _ ticket: SlotLanes<RedisRequest>.Ticket,
        _ request: RedisRequest,
        _ reason: SlotLanes<RedisRequest>.Return
    ) {
        guard !self.isStopped else { return request.fail(.isAway) }
        self.lanes.returned(ticket, request, reason, .now())
        self.send(self.lanes.proceed(ticket.slot, .now()))
        self.retryLater()
    }

    /// A server says that a slot is elsewhere, or that none is served.
    ///
    /// - Returns: Whether it is known where the slot is now.
    @discardableResult
    func learn(_ redirection: Redirection, from endpoint: RedisEndpoint) -> Bool {
        defer { self.finder.askSoon(self.members.all) }
        guard case .moved(let slot, let destination) = redirection, let server = endpoint.member,
            let owner = destination.address(from: server)
        else { return false }
        self.finder.redirected(slot, to: owner)
        return true
    }

    /// Tries again, a moment later, what must wait.
    private func retryLater() {
        guard !self.willRetry, !self.lanes.pausing.isEmpty else { return }
        self.willRetry = true
        self.eventLoop.assumeIsolated().scheduleTask(in: SlotLanes<RedisRequest>.pause) {
            self.willRetry = false
            for slot in self.lanes.pausing { self.send(self.lanes.proceed(slot, .now())) }
            self.retryLater()
        }
    }

    // MARK: Slots that move

    /// Slots are at other servers: what was not sent goes there, when the former servers have answered the rest.
    func moved(_ slots: [HashSlot]) {
        guard !self.lanes.isEmpty else { return }
        for slot in slots { self.lanes.moved(slot) }
        for endpoint in self.members.all {
            endpoint.withdraw { request in
                request.key.map { self.members.endpoint(of: HashSlot(of: $0)) !== endpoint } ?? false
            }
        }
        for slot in slots { self.send(self.lanes.proceed(slot, .now())) }
    }

    // MARK: Time

    func tick(_ now: NIODeadline) {
        self.finder.tick(now, self.members.all)
        for request in self.lanes.expire(now) { request.fail(.isMoving) }
    }

    /// There will be no connection any more: waiting and later requests fail.
    func stop() {
        self.isStopped = true
        self.finder.stop()
        for request in self.lanes.expire(.distantFuture) { request.fail(.isAway) }
    }
}
