internal import ChatCore
import Hummingbird

/// What the page has to know before anybody is signed in: where tokens come from.
struct PageRoute {
    let signIn: SignIn

    func add(to api: RouterGroup<ChatRequestContext>) {
        var json = JSONWriter()
        if let address = self.signIn.tokenURL { json.field("token_url", address) }
        if let address = self.signIn.loginURL { json.field("login_url", address) }
        let body = json.finish()
        api.serve("page", get: { _, _ in Response.json(body) })
    }
}
