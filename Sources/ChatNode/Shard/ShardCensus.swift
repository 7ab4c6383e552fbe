/// What one shard has, for those who ask from outside.
struct ShardCensus: Sendable {
    var members = 0
    /// Why the broker is out of reach; nil while all is well.
    var degradation: String?
}
