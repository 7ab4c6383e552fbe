package import ChatClient
internal import ChatCore
package import ChatSystem

extension ExitStatus {
    /// The exit status for an error of the client.
    package init(_ error: ClientError) {
        switch error.code {
        case .invalid: self = .usage
        case .refused, .disconnected:
            switch error.refusal?.code {
            case .unauthorized, .forbidden: self = .unauthorized
            case .some: self = .refused
            case nil: self = .disconnected
            }
        case .closed, .cancelled: self = .timeout
        case .storage, .locked: self = .storage
        default: self = .software
        }
    }
}
