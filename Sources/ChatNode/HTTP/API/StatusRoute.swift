import Hummingbird

/// The state and activity of the node now, for `/status.html` and for requests by hand.
struct StatusRoute {
    let board: StatusBoard

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("status", get: { _, _ in Response.json(await self.board.report()) })
    }
}
