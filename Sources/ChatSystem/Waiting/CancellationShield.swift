/// Does some work that comes to its own end, even when the task that waits for it is cancelled.
///
/// A cancelled task cannot write to its connection any more, so it could not say goodbye. The work therefore runs in a
/// task of its own. That task is owned all the same: this function returns after the work has ended, and not before.
/// (SE-0504 brings the same to the language.)
///
/// - Parameters:
///   - body: The work.
///   - onCancel: Is called when the waiting task is cancelled: it asks the work to end.
/// - Returns: What the work gave.
package func withCancellationShield<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result,
    onCancel: @Sendable () -> Void
) async -> Result {
    let work = Task { await body() }
    return await withTaskCancellationHandler {
        await work.value
    } onCancel: {
        onCancel()
    }
}
