import ChatCore
import NIOCore

/// What the parts of a shard share; each takes of it what it needs.
struct LoopBase {
    let node: NodeContext
    /// The shard's number on its node.
    let index: Int
    let inbox: EventInbox
    let loop: DeferredWork
    let timers = LoopTimers()
    let state: LoopState
    let metrics: ShardMetrics
    let clients = ClientTable()
    let rooms = RoomTable()
    let presence: PresenceKeeper
    let sessions: SessionDesk
    /// Compresses and inflates the messages of clients that agreed on it.
    let deflate = LoopDeflate()
    /// Through which joins and departures pass; nil where they wait for the broker, and give way to sockets by that.
    let crowds: CrowdGate?

    init(_ node: NodeContext, shard index: Int, on eventLoop: any EventLoop) {
        (self.node, self.index) = (node, index)
        (self.inbox, self.loop) = (EventInbox(loop: eventLoop), DeferredWork(eventLoop))
        self.state = LoopState(node.settings)
        self.metrics = ShardMetrics(shard: String(index), of: node.metrics)
        self.presence = PresenceKeeper(node: node, holder: node.holder(shard: index), rooms: self.rooms)
        self.sessions = SessionDesk(store: node.sessions, costs: node.costs, rulings: node.rulings)
        self.crowds = node.control.answersAtOnce ? CrowdGate(on: eventLoop) : nil
    }
}
