/// The parts of a shard: classes that cannot leave its actor, each with the state of one thing that it does.
///
/// They are made once. Each gets those that it calls, so none is made before these: there is no circle, except that a
/// flow that ends gives back the commands which have waited for it (``HeldCommandsReturn``).
struct ShardParts {
    let base: LoopBase
    // Who needs a room.
    let rooms: RoomSubscriptions
    let departures: Departures
    // The way out.
    let endings: Endings
    let held: HeldBytes
    let stalls: StallChecks
    let liveness: LivenessChecks
    let broadcasts: Broadcasts
    // What happens in rooms, and to users.
    let names: Names
    let tokens: Tokens
    let resynchronization: Resynchronization
    let events: BrokerEvents
    let sends: Sends
    // The way in.
    let newClients: NewClients
    let clientBytes: ClientBytes

    init(_ base: LoopBase) {
        self.base = base
        self.rooms = RoomSubscriptions(base)
        self.departures = Departures(base, self.rooms)

        self.endings = Endings(base, self.departures)
        self.held = HeldBytes(base, self.endings)
        self.stalls = StallChecks(base, self.endings, self.held)
        let ports = PortFlusher(base, self.held, self.stalls)
        let answers = Answers(base, self.endings, ports)
        self.liveness = LivenessChecks(base, answers, self.endings)
        self.broadcasts = Broadcasts(base, answers, ports, self.endings)

        let heldCommands = HeldCommandsReturn()
        let removals = MemberRemovals(base, self.departures, self.endings, answers, heldCommands)
        let speech = SpeechRules(base)
        self.names = Names(base, answers)
        let enforcement = Enforcement(base, self.endings, removals, self.names, speech)
        self.tokens = Tokens(
            base,
            answers: answers,
            broadcasts: self.broadcasts,
            endings: self.endings,
            removals: removals,
            names: self.names
        )
        let replays = ReplaySupport(base, answers)
        self.resynchronization = Resynchronization(base, self.broadcasts, replays)
        self.events = BrokerEvents(
            base,
            names: self.names,
            enforcement: enforcement,
            resynchronization: self.resynchronization,
            answers: answers,
            broadcasts: self.broadcasts
        )

        let openings = Openings(
            base,
            tokens: self.tokens,
            enforcement: enforcement,
            speech: speech,
            names: self.names,
            answers: answers,
            endings: self.endings,
            heldCommands: heldCommands
        )
        let joins = Joins(
            base,
            rooms: self.rooms,
            departures: self.departures,
            enforcement: enforcement,
            events: self.events,
            replays: replays,
            answers: answers,
            broadcasts: self.broadcasts,
            heldCommands: heldCommands
        )
        self.sends = Sends(base, speech, answers)
        let commands = Commands(
            base,
            openings: openings,
            joins: joins,
            leaves: Leaves(base, self.departures, answers),
            sends: self.sends,
            questions: Questions(base, answers),
            names: self.names,
            tokens: self.tokens,
            orders: ModeratorOrders(base, answers),
            answers: answers,
            endings: self.endings,
            held: self.held
        )
        heldCommands.executor = commands
        self.clientBytes = ClientBytes(base, commands, answers, self.endings, self.held)
        self.newClients = NewClients(
            base,
            commands: commands,
            tokens: self.tokens,
            enforcement: enforcement,
            answers: answers,
            endings: self.endings,
            liveness: self.liveness
        )
    }

    /// A client that is here; nil when it was disconnected, or has gone.
    func client(_ id: ClientID) -> Client? {
        guard let client = self.base.clients[id], !client.isClosed else { return nil }
        return client
    }
}
