/// One piece of work that a message meets on its way.
struct Station {
    /// What it is called in the list and in the file of bounds.
    var name: String
    /// One repetition; gives something that depends on its result, so that it is not optimised away.
    var work: () throws -> Int
}
