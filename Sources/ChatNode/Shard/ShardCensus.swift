/// The numbers of one shard, for requests from outside.
struct ShardCensus: Sendable {
    var members = 0
    /// The reason why the broker is out of reach; nil while all is well.
    var degradation: String?
}
