import Hummingbird

/// What the node is and does now, for `/status.html` and for who asks by hand.
struct StatusRoute {
    let board: StatusBoard

    func add(to api: RouterGroup<ChatRequestContext>) {
        api.serve("status", get: { _, _ in Response.json(await self.board.report()) })
    }
}
