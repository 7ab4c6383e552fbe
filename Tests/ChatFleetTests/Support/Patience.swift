import Testing

extension Trait where Self == TimeLimitTrait {
    /// How long a test may take: a bound for one that hangs, which no busy machine outlasts.
    static var patience: Self { .timeLimit(.minutes(10)) }
}
