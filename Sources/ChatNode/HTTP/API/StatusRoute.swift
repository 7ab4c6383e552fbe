import ChatCore
import Hummingbird

/// The state and activity of the node now, for `/status.html` and for requests by hand.
struct StatusRoute {
    let board: StatusBoard
    let access: RequestAccess

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("status", get: { request, context in try await self.status(request, context) })
    }

    /// How much goes on in all rooms is told to those who may read in all rooms.
    private func status(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        let access = try await self.access.access(of: request)
        // It does not wait for the rulings: a broker that is out of reach is what the status tells.
        try self.access.checkBan(access, context.address)
        let withActivity = access.rightsEverywhere.isSuperset(of: .read)
        return Response.json(await self.board.report(withActivity: withActivity))
    }
}
