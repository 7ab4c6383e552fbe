/// The parts of a shard: classes that cannot leave its actor, each with the state of one thing that it does.
///
/// They are made once. Each gets those that it calls, so none is made before these: there is no circle, except that a
/// flow that ends gives back the commands which have waited for it (``HeldCommandsReturn``).
struct ShardParts {
    let base: LoopBase
    // The way out.
    let departures: Departures
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
        self.departures = Departures(base)
        self.endings = Endings(base, self.departures)
        self.held = HeldBytes(base, self.endings)
        self.stalls = StallChecks(base, self.endings, self.held)
        let answers = Answers(base, self.endings, self.held, self.stalls)
        self.liveness = LivenessChecks(base, answers, self.endings)
        self.broadcasts = Broadcasts(base, answers, self.endings)

        let heldCommands = HeldCommandsReturn()
        let removals = Removals(base, self.departures, self.endings, answers, heldCommands)
        self.names = Names(base, answers)
        let speech = SpeechRules(base)
        let enforcement = Enforcement(base, self.endings, removals, self.names, speech)
        self.tokens = Tokens(base, answers, self.broadcasts, self.endings, removals, self.names)
        let replays = ReplaySupport(base, answers)
        self.resynchronization = Resynchronization(base, self.broadcasts, replays)
        self.events = BrokerEvents(base, self.names, enforcement, self.resynchronization, answers, self.broadcasts)

        let joins = Joins(
            base,
            self.departures,
            enforcement,
            self.events,
            replays,
            answers,
            self.broadcasts,
            heldCommands
        )
        self.sends = Sends(base, speech, answers)
        let commands = Commands(
            base,
            Openings(base, self.tokens, enforcement, speech, self.names, answers, self.endings, heldCommands),
            joins,
            Leaves(base, self.departures, answers),
            self.sends,
            Questions(base, answers),
            self.names,
            self.tokens,
            Orders(base, answers),
            answers,
            self.endings,
            self.held
        )
        heldCommands.executor = commands
        self.clientBytes = ClientBytes(base, commands, answers, self.endings, self.held)
        self.newClients = NewClients(
            base,
            commands,
            self.tokens,
            enforcement,
            answers,
            self.endings,
            self.liveness
        )
    }

    /// A client that is here; nil when it was disconnected, or has gone.
    func client(_ id: ClientID) -> Client? {
        guard let client = self.base.clients[id], !client.isClosed else { return nil }
        return client
    }
}
