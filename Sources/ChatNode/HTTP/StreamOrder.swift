import ChatCore

/// What a request for a stream of events asks for, after everything that its answer's status could say was checked.
enum StreamOrder: Sendable {
    /// To hear one room.
    case listen(Command.Join, Access)
}
