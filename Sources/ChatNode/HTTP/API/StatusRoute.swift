import ChatCore
import Hummingbird

/// The state and activity of the node now, for `/status.html` and for requests by hand.
struct StatusRoute {
    let board: StatusBoard
    let access: RequestAccess

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("status", get: { request, _ in try await self.status(request) })
    }

    /// How much goes on in all rooms is told to those who may read in all rooms.
    private func status(_ request: Request) async throws -> Response {
        let rights = try await self.access.access(of: request).rightsEverywhere
        return Response.json(await self.board.report(withActivity: rights.isSuperset(of: .read)))
    }
}
