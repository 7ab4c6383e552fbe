/// Lets some work finish, even when the task that waits for it is cancelled.
///
/// A cancelled task cannot write to its connection any more, so it could not say goodbye. So the work runs in a
/// separate task. That task still has an owner: this function returns only after the work has ended. (SE-0504 brings
/// the same to the language.)
///
/// - Parameters:
///   - body: The work.
///   - onCancel: Called when the waiting task is cancelled: it asks the work to end.
/// - Returns: The result of the work.
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
